/** The code that was just sealed, shown this once. */
import { useState } from 'react'
import { t } from '@/i18n'
import { canSaveText, saveText } from '@/lib/download'
import { Button } from '@/parts/button'
import { Dialog, Why } from '@/parts/dialog'
import { CopyButton } from '@/parts/values'
import { me } from '@/session'

export function KeepCode({ code, onClose }: { code: string; onClose: () => void }) {
  const [kept, setKept] = useState(false)
  const [tried, setTried] = useState(false)
  const refuse = !kept && t('sealed.keepFirst')
  const close = () => (kept ? onClose() : setTried(true))
  const save = () => saveText('purser-sealed-code.txt', `${t('sealed.paper', { name: me.get()?.tenant.name ?? 'Purser' })}\n\n${code}\n`)
  return (
    <Dialog
      open
      onClose={close}
      title={t('sealed.codeTitle')}
      lead={t('sealed.codeLead')}
      foot={
        <>
          <Why refuse={tried && refuse} />
          {canSaveText() && <Button onClick={save}>{t('sealed.save')}</Button>}
          <Button look="primary" refuse={refuse} onClick={close}>
            {t('factor.done')}
          </Button>
        </>
      }
    >
      <p className="scan-key">
        <code aria-label={t('sealed.code')}>{code}</code>
        <CopyButton text={code} label={t('sealed.copy')} />
      </p>
      <label className="check">
        <input type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} /> {t('sealed.kept')}
      </label>
    </Dialog>
  )
}
