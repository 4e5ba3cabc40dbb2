/** Giving money back. What is left is live, the books are told beforehand, the button says the amount, and asking twice gives once. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { post } from '@/api/client'
import type { OrderDetail, Payment, RefundDone } from '@/api/shapes'
import { FormDialog } from '@/forms/form'
import { useForm, type Form } from '@/forms/use-form'
import { t } from '@/i18n'
import { answered, isOpen, keyFor } from '@/lib/intent'
import { money, parseAmount, typed } from '@/lib/money'
import { orderName } from '@/lib/text'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { Part } from '@/parts/states'
import { Money } from '@/parts/values'
import { environmentNow, isArmed } from '@/session'
import { said } from '../said'
import { orderQuery } from '../peek'
import { Amount, OTHER, Reason, useReasons } from './fields'
import { Books } from './books'
import { Outcome } from './outcome'
import { Picks, pickedAmount, type Picked } from './picks'
import { lineParts } from './shares'

export function RefundDialog({ orderId, paymentId, onClose }: { orderId: string; paymentId: string | undefined; onClose: () => void }) {
  const order = useQuery({ ...orderQuery(orderId), refetchOnMount: 'always' })
  const payments = (order.data?.payments ?? []).filter((payment) => payment.captured.amount > 0)
  const first = payments.find((payment) => payment.id === paymentId) ?? payments.toSorted((a, b) => b.refundable.amount - a.refundable.amount)[0]
  const [done, setDone] = useState<RefundDone & { again: boolean }>()
  const title = order.data ? t('refund.title', { order: orderName(order.data.number) }) : t('refund.deedPlain')
  if (done) return <Outcome refund={done} again={done.again} title={title} onClose={onClose} onRetry={() => setDone(undefined)} />
  if (order.data && first) return <Ask order={order.data} payments={payments} first={first} title={title} onClose={onClose} onDone={setDone} />
  return (
    <Dialog open onClose={onClose} title={title} foot={<Button onClick={onClose}>{t('common.close')}</Button>}>
      <Part query={order}>{() => <p>{t('refund.nothingTaken')}</p>}</Part>
    </Dialog>
  )
}

type Values = { paymentId: string; amount: string; whole: boolean; reason: string; other: string; goodwill: boolean; typed: string }
type AskProps = { order: OrderDetail; payments: Payment[]; first: Payment; title: string; onClose: () => void; onDone: (done: RefundDone & { again: boolean }) => void }
function Ask({ order, payments, first, title, onClose, onDone }: AskProps) {
  const client = useQueryClient()
  const reasons = useReasons()
  const [picked, setPicked] = useState<Picked>({})
  const known = useRef(new Set<string>())
  const form: Form<Values> = useForm<Values, RefundDone>({
    initial: { paymentId: first.id, amount: '', whole: true, reason: '', other: '', goodwill: false, typed: '' },
    send: async (_, key): Promise<RefundDone> => {
      known.current = new Set((order.refunds ?? []).map((refund) => refund.id))
      const reply = await post<RefundDone>(`/payments/${payment.id}/refund`, body, keyFor(meant, key)).catch((error: unknown) => {
        if (!said.isUnclear(error)) answered(meant)
        throw error
      })
      answered(meant)
      return reply
    },
    onDone: (reply) => {
      const again = known.current.has(reply.id)
      void client.invalidateQueries({ queryKey: ['orders'] })
      void client.invalidateQueries({ queryKey: ['payments'] })
      if (reply.state !== 'succeeded' || again) return onDone({ ...reply, again })
      onClose()
      void said.toast({ text: t('refund.done', { amount: money(reply.amount), name: order.customer.name }), type: 'order', id: order.id, action: 'order.refund' })
    },
  })
  const { values } = form
  const payment: Payment = payments.find((one) => one.id === values.paymentId) ?? first
  const { currency } = payment.refundable
  const left = payment.refundable.amount
  const began = useRef(left)
  const amount = values.whole ? left : parseAmount(values.amount, currency)
  const reason = (values.reason === OTHER || reasons.length === 0 ? values.other : values.reason).trim()
  const kind = values.goodwill ? 'goodwill' : 'standard'
  const body = { amount: { amount: amount ?? 0, currency }, reason, kind }
  const meant = JSON.stringify([payment.id, body])
  const unclear = isOpen(meant) && !form.busy
  const guarded = environmentNow() === 'production' && !isArmed()
  const say = (value: number) => money({ amount: value, currency })
  const name = orderName(order.number)
  const refuse =
    unclear ? undefined
    : left <= 0 ? t('refund.nothingLeft')
    : amount === undefined || amount <= 0 ? t('refund.needsAmount')
    : amount > left ? t('refund.tooMuch', { left: say(left) })
    : reason === '' ? t('refund.needsReason')
    : guarded && values.typed.trim() !== name ? t('common.typeToConfirm', { name })
    : undefined
  const deed = amount && amount > 0 ? t(unclear ? 'refund.deedAgain' : 'refund.deed', { amount: say(amount) }) : t('refund.deedPlain')

  const chosen = pickedAmount(lineParts(order), picked)
  const choose = (next: Picked) => {
    setPicked(next)
    const sum = pickedAmount(lineParts(order), next)
    // More than is left cannot go back: the lines may cost more than what an earlier goodwill has left of them.
    form.set('whole', sum === 0 || sum >= left)
    form.set('amount', sum === 0 || sum >= left ? '' : typed({ amount: sum, currency }))
  }
  return (
    <FormDialog form={form} title={title} lead={<Remainder payment={payment} was={began.current} />} deed={deed} refuse={refuse ?? false} onClose={onClose} danger>
      {payments.length > 1 && <Which form={form} payments={payments} onChange={() => setPicked({})} />}
      <Picks order={order} picked={picked} onChange={choose} />
      <Amount
        currency={currency}
        left={left}
        note={chosen > left && left > 0 ? t('refund.capped', { chosen: say(chosen), left: say(left) }) : undefined}
        whole={values.whole}
        text={values.amount}
        onText={(text) => (setPicked({}), form.set('whole', false), form.set('amount', text))}
        onWhole={() => (setPicked({}), form.set('whole', true))}
        error={form.errors['amount'] ?? (amount !== undefined && amount > left && left > 0 ? t('refund.tooMuch', { left: say(left) }) : undefined)}
      />
      <Reason form={form} reasons={reasons} />
      <label className="check">
        <input type="checkbox" checked={values.goodwill} onChange={(event) => form.set('goodwill', event.target.checked)} /> {t('refund.goodwill')}
      </label>
      {guarded && (
        <label className="field">
          <span className="field-label">{t('common.typeToConfirm', { name })}</span>
          <input className="input" value={values.typed} onChange={(event) => form.set('typed', event.target.value)} autoComplete="off" spellCheck={false} />
        </label>
      )}
      {!unclear && amount !== undefined && amount > 0 && amount <= left && <Books order={order} payment={payment} amount={amount} />}
      {unclear && (
        <p className="form-note" role="status">
          {t('refund.unclear')}
        </p>
      )}
    </FormDialog>
  )
}
/** What was paid, what went back, what is left; and that it changed while one was looking. */
function Remainder({ payment, was }: { payment: Payment; was: number }) {
  const { captured, refunded, refundable } = payment
  const waiting = captured.amount - refunded.amount - refundable.amount
  return (
    <span className="remainder" role="status">
      {t('refund.paid')} <Money value={captured} /> · {t('refund.refunded')} <Money value={refunded} />
      {waiting > 0 && (
        <>
          {' '}
          · {t('refund.waiting')} <Money value={{ ...captured, amount: waiting }} />
        </>
      )}{' '}
      · <strong className="remainder-left"><Money value={refundable} /> {t('refund.left')}</strong>
      {refundable.amount !== was && <span className="remainder-changed">{t('refund.changed', { was: money({ ...refundable, amount: was }) })}</span>}
    </span>
  )
}

type WhichProps = { form: Form<Values>; payments: Payment[]; onChange: () => void }
const Which = ({ form, payments, onChange }: WhichProps) => (
  <label className="field">
    <span className="field-label">{t('refund.payment')}</span>
    <select className="input select" value={form.values.paymentId} onChange={(event) => (form.set('paymentId', event.target.value), form.set('whole', true), onChange())}>
      {payments.map((payment) => (
        <option key={payment.id} value={payment.id}>
          {payment.methodLabel} · {t('refund.leftOf', { left: money(payment.refundable), of: money(payment.captured) })}
        </option>
      ))}
    </select>
  </label>
)
