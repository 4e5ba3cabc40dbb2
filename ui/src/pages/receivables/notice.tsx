/** On the page of an order or a payment that was sold on account: what is owed, until when, and what can be done about it. */
import { useQuery } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { Payment, Receivable } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { date } from '@/lib/time'
import { filtered, paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { can } from '@/session'
import { owedDeeds } from './deeds'
import { owedState } from './late'

/** Whether something of it was sold on account. */
export const onAccount = (payments: Payment[] | undefined) => (payments ?? []).some((payment) => payment.provider === 'account')

export function OwedNotices({ orderId, paymentId }: { orderId: string; paymentId?: string }) {
  const found = useQuery({ ...read<Receivable[]>('/receivables', { orderId, open: true, limit: 20 }), enabled: can('read:payment') })
  return found.data?.filter((one) => !paymentId || one.id === paymentId).map((one) => <OwedNotice key={one.id} one={one} />)
}

function OwedNotice({ one }: { one: Receivable }) {
  const deeds = owedDeeds(one)
  useActions(deeds.map((deed) => ({ ...deed, id: `${deed.id}-${one.id}` })))
  const day = date(one.dueAt)
  const late = owedState(one) === 'late'
  const [receive] = deeds
  return (
    <div className={`notice notice-deed${late ? '' : ' notice-calm'}`} role="status">
      <span>
        <strong>{t('owed.notice', { amount: money(one.owed) })}</strong> {t(late ? 'owed.noticeLate' : 'owed.noticeDue', { day })}
      </span>
      <span className="waits-deeds">
        <ButtonLink small look="quiet" to={filtered(paths.receivables, { orderId: one.orderId })}>
          {t('owed.title')}
        </ButtonLink>
        {receive && (
          <Button small refuse={receive.refuse} onClick={receive.run}>
            {receive.label}
          </Button>
        )}
      </span>
    </div>
  )
}
