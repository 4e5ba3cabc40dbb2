/** The dialog with new backup codes. It closes once they are kept, since nobody can show them again. */
import { useState } from 'react'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { Dialog, Why } from '@/parts/dialog'
import { useMe } from '@/session'
import { Codes } from './codes'

export function KeepCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { email } = useMe()
  const [kept, setKept] = useState(false)
  const [tried, setTried] = useState(false)
  const refuse = !kept && t('factor.keepFirst')
  const close = () => (kept ? onClose() : setTried(true))
  return (
    <Dialog
      open
      onClose={close}
      title={t('factor.codesTitle')}
      lead={t('factor.codesLead')}
      foot={
        <>
          <Why refuse={tried && refuse} />
          <Button look="primary" refuse={refuse} onClick={close}>
            {t('factor.done')}
          </Button>
        </>
      }
    >
      <Codes codes={codes} email={email} kept={kept} onKept={setKept} />
    </Dialog>
  )
}
