/** The code that was just sealed, shown this once. */
import { t } from '@/i18n'
import { canSaveText, saveText } from '@/lib/download'
import { Button } from '@/parts/button'
import { KeepSecret } from '@/parts/keep'
import { me } from '@/session'

export function KeepCode({ code, onClose }: { code: string; onClose: () => void }) {
  const save = () => saveText('purser-sealed-code.txt', `${t('sealed.paper', { name: me.get()?.tenant.name ?? 'Purser' })}\n\n${code}\n`)
  return (
    <KeepSecret
      secret={code}
      title={t('sealed.codeTitle')}
      lead={t('sealed.codeLead')}
      label={t('sealed.code')}
      copy={t('sealed.copy')}
      promise={t('sealed.kept')}
      first={t('sealed.keepFirst')}
      more={canSaveText() && <Button onClick={save}>{t('sealed.save')}</Button>}
      onClose={onClose}
    />
  )
}
