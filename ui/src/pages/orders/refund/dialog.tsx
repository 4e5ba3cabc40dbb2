/** Giving money back. What is left is live, the split and the books are told beforehand, the button says what will happen, and asking twice gives once. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { post } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { OrderDetail, OrderRefund, Refund, RefundPreview } from '@/api/shapes'
import { FormDialog } from '@/forms/form'
import { useForm, type Form } from '@/forms/use-form'
import { t } from '@/i18n'
import { answered, isOpen, keyFor } from '@/lib/intent'
import { money, typed } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { Bones, Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { environmentNow, isArmed } from '@/session'
import { said } from '../said'
import { orderQuery } from '../peek'
import { askOf, type Picked } from './ask'
import { Books, Split } from './books'
import { Amount, OTHER, Reason, useReasons } from './fields'
import { Outcome } from './outcome'
import { Picks } from './picks'
import { isPreview, useEverything, usePreview } from './preview'
import { Remainder, Which } from './remainder'
import { ByHand, Way } from './way'

type Done = { refund: Refund; again: boolean }

export function RefundDialog({ orderId, paymentId, picks, onClose }: { orderId: string; paymentId: string | undefined; picks: Picked; onClose: () => void }) {
  const order = useQuery({ ...orderQuery(orderId), refetchOnMount: 'always' })
  const [only, setOnly] = useState(paymentId ?? '')
  const [done, setDone] = useState<Done>()
  const all = useEverything(orderId, only ? [only] : undefined, !done)
  const title = order.data ? t('refund.title', { order: orderName(order.data.number) }) : t('refund.deedPlain')
  if (done) return <Outcome refund={done.refund} again={done.again} title={title} onClose={onClose} onRetry={() => setDone(undefined)} />
  if (order.data && all.data) return <Ask order={order.data} all={all.data} picks={picks} only={only} onOnly={setOnly} title={title} onClose={onClose} onDone={setDone} />
  const nothing = all.isError && asProblem(all.error).status === 409
  return (
    <Dialog open onClose={onClose} title={title} foot={<Button onClick={onClose}>{t('common.close')}</Button>}>
      {nothing ? <p>{t((order.data?.paid.amount ?? 0) > 0 ? 'refund.nothingLeft' : 'refund.nothingTaken')}</p> : <Part query={all}>{() => <Bones lines={3} />}</Part>}
    </Dialog>
  )
}

type Values = { amount: string; whole: boolean; reason: string; other: string; goodwill: boolean; toCredit: boolean; typed: string }
type AskProps = { order: OrderDetail; all: RefundPreview; picks: Picked; only: string; onOnly: (paymentId: string) => void; title: string; onClose: () => void; onDone: (done: Done) => void }
function Ask({ order, all, picks, only, onOnly, title, onClose, onDone }: AskProps) {
  const client = useQueryClient()
  const reasons = useReasons()
  const [picked, setPicked] = useState<Picked>(picks)
  const known = useRef(new Set<string>())
  const form: Form<Values> = useForm<Values, OrderRefund>({
    initial: { amount: '', whole: Object.keys(picks).length === 0, reason: '', other: '', goodwill: false, toCredit: false, typed: '' },
    send: async (_, key) => {
      known.current = new Set((order.refunds ?? []).map((refund) => refund.id))
      const reply = await post<OrderRefund>(`/orders/${order.id}/refunds`, { ...ask, reason }, keyFor(meant, key)).catch((error: unknown) => {
        if (!said.isUnclear(error)) answered(meant)
        throw error
      })
      answered(meant)
      return reply
    },
    onDone: (reply) => finish(reply),
  })
  const finish = (reply: OrderRefund) => {
    void client.invalidateQueries({ queryKey: ['orders'], predicate: (query) => !isPreview(query) })
    for (const root of ['payments', 'credits', 'receivables']) void client.invalidateQueries({ queryKey: [root] })
    if (reply.approval) {
      void client.invalidateQueries({ queryKey: ['approvals'] })
      onClose()
      return toast({ text: t('refund.asked', { amount: money(reply.amount) }), link: { to: paths.approval(reply.approval.id), label: t('common.open') } })
    }
    const open = reply.refunds.find((refund) => refund.state !== 'succeeded')
    const seen = reply.refunds.find((refund) => known.current.has(refund.id))
    if (open ?? seen) return onDone({ refund: (open ?? seen) as Refund, again: seen !== undefined })
    onClose()
    void said.toast({ text: t(values.toCredit ? 'refund.doneCredit' : 'refund.done', { amount: money(reply.amount), name: order.customer.name }), type: 'order', id: order.id, action: 'order.refund' })
  }
  const { values } = form
  const left = all.amount
  const { currency } = left
  const began = useRef(left.amount)
  const ask = askOf({ picked, whole: values.whole, amount: values.amount, goodwill: values.goodwill, paymentId: only, toCredit: values.toCredit }, left, all.shippingLeft)
  const { shown, sure, error, asking } = usePreview(order.id, ask)
  const picking = Object.keys(picked).length > 0
  const reason = (values.reason === OTHER || reasons.length === 0 ? values.other : values.reason).trim()
  const meant = JSON.stringify([order.id, ask, reason])
  const unclear = isOpen(meant) && !form.busy
  const guarded = environmentNow() === 'production' && !isArmed()
  const say = (amount: number) => money({ amount, currency })
  const name = orderName(order.number)
  const wrong = error ? asProblem(error) : undefined
  const tooMuch = wrong?.errors.some(({ code }) => code === 'more_than_left') || (ask?.amount !== undefined && ask.amount.amount > left.amount)
  const refuse =
    unclear ? undefined
    : left.amount <= 0 ? t('refund.nothingLeft')
    : ask === undefined ? t('refund.needsAmount')
    : tooMuch ? t('refund.tooMuch', { left: say(left.amount) })
    : wrong ? wrong.detail || wrong.title
    : sure?.route === 'blocked' ? (sure.cause ?? t('refund.blocked'))
    : reason === '' ? t('refund.needsReason')
    : guarded && values.typed.trim() !== name ? t('common.typeToConfirm', { name })
    : asking ? t('refund.working')
    : undefined
  const amount = shown && ask && !wrong ? say(shown.amount.amount) : ''
  const deed = !amount ? t('refund.deedPlain') : t(unclear ? 'refund.deedAgain' : shown?.route === 'approval' ? 'refund.deedAsk' : values.toCredit ? 'refund.deedCredit' : 'refund.deed', { amount })
  const text = picking ? (shown ? typed(shown.amount) : '') : values.amount
  return (
    <FormDialog form={form} title={title} lead={<Remainder order={order} left={left} was={began.current} only={only} />} deed={deed} refuse={refuse ?? false} onClose={onClose} danger>
      <Which order={order} only={only} onChange={(id) => (setPicked({}), form.set('whole', true), onOnly(id))} />
      {!values.goodwill && <Picks lines={all.refundableLines} shipping={all.shippingLeft} chosen={shown} picked={picked} onChange={(next) => (setPicked(next), form.set('whole', Object.keys(next).length === 0))} />}
      <Amount
        currency={currency}
        left={left.amount}
        note={picking && shown && shown.reducedBy.amount > 0 ? t('refund.capped', { chosen: say(shown.amount.amount + shown.reducedBy.amount), left: say(left.amount) }) : undefined}
        whole={values.whole && !picking}
        text={text}
        onText={(next) => (setPicked({}), form.set('whole', false), form.set('amount', next))}
        onWhole={() => (setPicked({}), form.set('whole', true))}
        error={form.errors['amount'] ?? (tooMuch && left.amount > 0 ? t('refund.tooMuch', { left: say(left.amount) }) : undefined)}
      />
      <Reason form={form} reasons={reasons} />
      <Way order={order} only={only} toCredit={values.toCredit} onChange={(toCredit) => form.set('toCredit', toCredit)} />
      <label className="check">
        <input type="checkbox" checked={values.goodwill} onChange={(event) => (setPicked({}), form.set('goodwill', event.target.checked))} /> {t('refund.goodwill')}
      </label>
      {guarded && (
        <label className="field">
          <span className="field-label">{t('common.typeToConfirm', { name })}</span>
          <input className="input" value={values.typed} onChange={(event) => form.set('typed', event.target.value)} autoComplete="off" spellCheck={false} />
        </label>
      )}
      {!unclear && shown && ask && !wrong && (
        <div aria-busy={asking}>
          <Split preview={shown} />
          <Books booking={shown.booking} />
          <ByHand order={order} preview={shown} />
          {shown.route !== 'send' && (
            <p className="form-note" role="status">
              {shown.cause ?? t(shown.route === 'blocked' ? 'refund.blocked' : 'refund.asks')}
            </p>
          )}
        </div>
      )}
      {unclear && (
        <p className="form-note" role="status">
          {t('refund.unclear')}
        </p>
      )}
    </FormDialog>
  )
}
