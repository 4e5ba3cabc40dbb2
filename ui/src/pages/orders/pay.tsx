/** Taking money: paying an order by one of the provider's means, and capturing what was only promised. */
import { useQueryClient } from '@tanstack/react-query'
import type { OrderDetail, Payment, PaymentDone } from '@/api/shapes'
import { MoneyField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { money, parseAmount, typed } from '@/lib/money'
import { orderName } from '@/lib/text'
import { can } from '@/session'
import { ACCOUNT, awayOf, choicesOf, CREDIT, isOurs, KEPT, MethodChoice, useMeans } from './methods'
import { once } from './once'
import { askWait } from './pay-host'
import { payWords } from './pay-words'
import { said } from './said'
import { customerLink } from './waits'

function tell({ payment, order }: PaymentDone) {
  // The customer has to do something: what they need is shown, rather than that they need it.
  if (customerLink(payment)) return askWait(payment)
  const rest = payment.provider === CREDIT && order.paymentState === 'partly_paid' ? order.total.amount - order.paid.amount : 0
  return said.toast({ text: payWords(payment), type: 'payment', id: payment.id, bad: payment.state === 'failed', ...(payment.failureMessage ? { detail: payment.failureMessage } : {}), ...(rest > 0 ? { detail: t('pay.restLeft', { amount: money({ ...order.total, amount: rest }) }) } : {}) })
}
export const tellPayment = tell

export function PayDialog({ order, onClose }: { order: OrderDetail; onClose: () => void }) {
  const client = useQueryClient()
  const means = useMeans(order.id)
  const { due } = order
  const amount = money(due)
  // Until one is chosen it is the first that is offered.
  const first = means.data && choicesOf(means.data, due)[0]?.value
  const form = useForm({
    initial: { paymentMethod: '' as string, kept: '', later: false as boolean },
    check: ({ paymentMethod, kept }) => ((paymentMethod || first) === KEPT && !kept.trim() ? { paymentMethod: t('pay.needsId') } : {}),
    send: ({ paymentMethod, kept, later }, key) => {
      const chosen = paymentMethod || first
      return once<PaymentDone>(`/orders/${order.id}/pay`, { paymentMethod: chosen === KEPT ? kept.trim() : chosen, capture: later && !isOurs(chosen) ? 'manual' : 'automatic' }, key)
    },
    onDone: (reply) => {
      void client.invalidateQueries({ queryKey: ['orders'] })
      for (const root of ['payments', 'payment-methods', 'credits', 'receivables']) void client.invalidateQueries({ queryKey: [root] })
      onClose()
      void tell(reply)
    },
  })
  const { paymentMethod, kept, later } = form.values
  const chosen = paymentMethod || first
  const credit = Math.min(due.amount, means.data?.credit?.amount ?? 0)
  const deed =
    chosen === CREDIT ? t('pay.deedCredit', { amount: money({ ...due, amount: credit }) })
    : chosen === ACCOUNT ? t('pay.deedAccount', { amount })
    : t(means.data?.byCustomer ? 'pay.deedAsk' : later ? 'pay.deedLater' : 'pay.deed', { amount })
  return (
    <FormDialog form={form} title={t('pay.title', { order: orderName(order.number) })} lead={t('pay.lead', { amount, name: order.customer.name })} deed={deed} refuse={!first ? t('pay.finding') : isOurs(chosen) ? undefined : awayOf(means.data)} onClose={onClose}>
      <MethodChoice means={means} legend={t('pay.method')} value={paymentMethod || (first ?? '')} onValue={(value) => form.set('paymentMethod', value)} kept={kept} onKept={(value) => form.set('kept', value)} error={form.errors['paymentMethod']} due={due} />
      {/* What is promised is taken by whoever may take anybody's. */}
      {can('capture:payment') && !isOurs(chosen) && (
        <label className="check">
          <input type="checkbox" checked={later} onChange={(event) => form.set('later', event.target.checked)} /> {t('pay.later')}
        </label>
      )}
    </FormDialog>
  )
}

export function CaptureDialog({ payment, onClose }: { payment: Payment; onClose: () => void }) {
  const client = useQueryClient()
  const { currency } = payment.amount
  const form = useForm({
    initial: { amount: typed(payment.amount) },
    check: (values) => {
      const amount = parseAmount(values.amount, currency)
      return amount === undefined || amount <= 0 || amount > payment.amount.amount ? { amount: t('pay.captureRange', { most: money(payment.amount) }) } : {}
    },
    send: (values, key) => once<PaymentDone>(`/payments/${payment.id}/capture`, { amount: { amount: parseAmount(values.amount, currency), currency } }, key),
    onDone: (reply) => {
      void client.invalidateQueries({ queryKey: ['orders'] })
      void client.invalidateQueries({ queryKey: ['payments'] })
      onClose()
      void tell(reply)
    },
  })
  const amount = parseAmount(form.values.amount, currency)
  const rest = payment.amount.amount - (amount ?? 0)
  return (
    <FormDialog
      form={form}
      title={t('pay.captureTitle', { order: orderName(payment.orderNumber) })}
      lead={t('pay.captureLead', { amount: money(payment.amount), name: payment.customer.name })}
      deed={amount && amount > 0 ? t('payments.capture', { amount: money({ amount, currency }) }) : t('payments.captureKey')}
      onClose={onClose}
    >
      <MoneyField form={form} name="amount" label={t('refund.amount')} currency={currency} autoFocus />
      {amount !== undefined && amount > 0 && rest > 0 && <p className="form-note">{t('pay.captureRest', { rest: money({ amount: rest, currency }) })}</p>}
    </FormDialog>
  )
}
