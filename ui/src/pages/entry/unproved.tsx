/** Whoever has not proved their address is reminded of it on every page until they do, or put it off in this window. */
import { MailWarning } from 'lucide-react'
import { t } from '@/i18n'
import { store, useStore } from '@/lib/store'
import { Button } from '@/parts/button'
import { useMe } from '@/session'
import { SendProof } from './first'

const putOff = store('')

/** Whether one's own address waits for its proof: reminded of on every page, or put off. */
export function useUnproved() {
  const user = useMe()
  const later = useStore(putOff)
  return user.emailVerified || user.impersonation ? undefined : later === user.id ? 'later' : 'now'
}

export function UnprovedBanner() {
  const user = useMe()
  if (useUnproved() !== 'now') return null
  return (
    <div className="acting" role="region" aria-label={t('link.unproved')}>
      <MailWarning size={15} aria-hidden />
      <strong>{t('link.unproved')}</strong>
      <span className="acting-how">{t('link.unprovedHow', { email: user.email })}</span>
      <span className="spring" />
      <SendProof small />
      <Button small look="quiet" onClick={() => putOff.set(user.id)}>
        {t('link.later')}
      </Button>
    </div>
  )
}
