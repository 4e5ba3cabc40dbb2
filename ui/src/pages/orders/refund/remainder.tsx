/** What was paid, what went back, what is left, and that it changed while one was looking; and from which payment it comes. */
import type { Money as MoneyValue, OrderDetail } from '@/api/shapes'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { methodOf } from '@/pages/payments/method'
import { Money } from '@/parts/values'

const taken = (order: OrderDetail) => (order.payments ?? []).filter((payment) => payment.captured.amount > 0)

export function Remainder({ order, left, was, only }: { order: OrderDetail; left: MoneyValue; was: number; only: string }) {
  const payments = taken(order).filter((payment) => !only || payment.id === only)
  const sum = (of: 'captured' | 'refunded') => ({ ...left, amount: payments.reduce((all, payment) => all + payment[of].amount, 0) })
  const [paid, refunded] = [sum('captured'), sum('refunded')]
  const waiting = paid.amount - refunded.amount - left.amount
  return (
    <span className="remainder" role="status">
      {t('refund.paid')} <Money value={paid} /> · {t('refund.refunded')} <Money value={refunded} />
      {waiting > 0 && (
        <>
          {' '}
          · {t('refund.waiting')} <Money value={{ ...left, amount: waiting }} />
        </>
      )}{' '}
      · <strong className="remainder-left"><Money value={left} /> {t('refund.left')}</strong>
      {left.amount !== was && <span className="remainder-changed">{t('refund.changed', { was: money({ ...left, amount: was }) })}</span>}
    </span>
  )
}

/** With several payments it may come from one of them; otherwise from all, the newest first. */
export function Which({ order, only, onChange }: { order: OrderDetail; only: string; onChange: (paymentId: string) => void }) {
  const payments = taken(order)
  if (payments.length < 2) return null
  return (
    <label className="field">
      <span className="field-label">{t('refund.payment')}</span>
      <select className="input select" value={only} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t('refund.anyPayment')}</option>
        {payments.map((payment) => (
          <option key={payment.id} value={payment.id}>
            {methodOf(payment)} · {t('refund.leftOf', { left: money(payment.refundable), of: money(payment.captured) })}
          </option>
        ))}
      </select>
    </label>
  )
}
