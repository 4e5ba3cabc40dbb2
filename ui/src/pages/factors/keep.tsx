/** The dialog with new backup codes, shown this once. */
import { t } from '@/i18n'
import { KeepDialog } from '@/parts/keep'
import { useMe } from '@/session'
import { Codes } from './codes'

export function KeepCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { email } = useMe()
  return (
    <KeepDialog title={t('factor.codesTitle')} lead={t('factor.codesLead')} first={t('factor.keepFirst')} onClose={onClose}>
      {(kept, onKept) => <Codes codes={codes} email={email} kept={kept} onKept={onKept} />}
    </KeepDialog>
  )
}
