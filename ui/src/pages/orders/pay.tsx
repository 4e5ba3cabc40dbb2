/** Taking money: paying an order by one of the provider's means, and capturing what was only promised. */
import { useQueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { Order, Payment, PaymentDone } from '@/api/shapes'
import { MoneyField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { answered, keyFor } from '@/lib/intent'
import { money, parseAmount, typed } from '@/lib/money'
import { orderName } from '@/lib/text'
import { said } from './said'

/** The sandbox's means of payment, each with how it ends. */
const methods = ['pm_card_visa', 'pm_card_mastercard', 'pm_card_authentication_required', 'pm_card_processing', 'pm_card_timeout', 'pm_card_declined'] as const

/** Sends under a key that stays the same until a clear answer comes. */
async function once<T>(path: string, body: unknown, key: string): Promise<T> {
  const meant = JSON.stringify([path, body])
  try {
    const reply = await post<T>(path, body, keyFor(meant, key))
    answered(meant)
    return reply
  } catch (error) {
    if (!said.isUnclear(error)) answered(meant)
    throw error
  }
}

/** How a payment went, in one sentence. */
function tell({ payment }: PaymentDone) {
  const amount = money(payment.state === 'captured' ? payment.captured : payment.amount)
  const order = orderName(payment.orderNumber)
  const text =
    payment.state === 'captured' ? t('pay.captured', { amount, order })
    : payment.state === 'authorised' ? t('pay.authorised', { amount, order })
    : payment.state === 'requires_action' ? t('pay.requiresAction', { order })
    : payment.state === 'failed' ? t('pay.failed', { order })
    : payment.state === 'unknown' ? t('pay.unknown', { order })
    : payment.state === 'voided' ? t('payments.voided', { amount })
    : t('pay.processing', { order })
  const bad = payment.state === 'failed'
  return said.toast({ text, type: 'payment', id: payment.id, bad, ...(payment.failureMessage ? { detail: payment.failureMessage } : {}) })
}
export const tellPayment = tell

export function PayDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const client = useQueryClient()
  const amount = money(order.total)
  const form = useForm({
    initial: { paymentMethod: methods[0] as string, later: false as boolean },
    send: ({ paymentMethod, later }, key) => once<PaymentDone>(`/orders/${order.id}/pay`, { paymentMethod, capture: later ? 'manual' : 'automatic' }, key),
    onDone: (reply) => {
      void client.invalidateQueries({ queryKey: ['orders'] })
      void client.invalidateQueries({ queryKey: ['payments'] })
      onClose()
      void tell(reply)
    },
  })
  return (
    <FormDialog form={form} title={t('pay.title', { order: orderName(order.number) })} lead={t('pay.lead', { amount, name: order.customer.name })} deed={t(form.values.later ? 'pay.deedLater' : 'pay.deed', { amount })} onClose={onClose}>
      <fieldset className="choices">
        <legend className="field-label">{t('pay.method')}</legend>
        {methods.map((method) => (
          <label key={method} className={`choice${form.values.paymentMethod === method ? ' choice-on' : ''}`}>
            <input type="radio" name="paymentMethod" data-field="paymentMethod" autoFocus={method === methods[0]} checked={form.values.paymentMethod === method} onChange={() => form.set('paymentMethod', method)} />
            <span>
              {word('method', method)}
              <span className="field-hint">{word('methodHint', method)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {form.errors['paymentMethod'] && <p className="field-error">{form.errors['paymentMethod']}</p>}
      <label className="check">
        <input type="checkbox" checked={form.values.later} onChange={(event) => form.set('later', event.target.checked)} /> {t('pay.later')}
      </label>
      <p className="quiet">{t('pay.sandbox')}</p>
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
