/** Whoever has not proved their address is reminded of it on every page until they do, or put it off in this window. */
import { Link } from '@tanstack/react-router'
import { MailWarning } from 'lucide-react'
import { t } from '@/i18n'
import { store, useStore } from '@/lib/store'
import { Button } from '@/parts/button'
import { useMailStays } from '@/pages/mailbox/stays'
import { filtered, paths } from '@/paths'
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
  return useUnproved() === 'now' ? <Reminder /> : null
}

function Reminder() {
  const user = useMe()
  const stays = useMailStays()
  return (
    <div className="acting" role="region" aria-label={t('link.unproved')}>
      <MailWarning size={15} aria-hidden />
      <strong>{t('link.unproved')}</strong>
      <span className="acting-how">
        {t(stays ? 'link.unprovedHere' : 'link.unprovedHow', { email: user.email })}{' '}
        {stays && (
          <Link to={filtered(paths.mailbox, { template: 'verification', userId: user.id })} className="link">
            {t('link.toMailbox')}
          </Link>
        )}
      </span>
      <span className="spring" />
      <SendProof small />
      <Button small look="quiet" onClick={() => putOff.set(user.id)}>
        {t('link.later')}
      </Button>
    </div>
  )
}
