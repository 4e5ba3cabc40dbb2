/** An order was placed and its money is being taken: that is waited for here, so that the order is met as it is meant to be. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { OrderDetail } from '@/api/shapes'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { State } from '@/parts/values'
import { ACCOUNT } from './methods'
import { orderQuery } from './peek'
import { said } from './said'
import { CustomerLink, customerLink } from './waits'

const EVERY = 1_000

const waiting = (order: OrderDetail) => (order.payments ?? []).find(customerLink)

/** Whether nothing more is to be waited for; `gone`: an order that is not paid is called off, which takes a moment more. */
export function isOver(order: OrderDetail, gone: boolean) {
  if (order.state === 'cancelled') return true
  switch (order.paymentState) {
    case 'paid':
    case 'partly_paid':
    case 'partially_refunded':
    case 'refunded':
      return true
    case 'failed':
      return !gone
    // In the sandbox somebody here stands in for the customer, on the order's own page.
    case 'requires_action':
      return waiting(order) === undefined
    default:
      return false
  }
}

function words(order: OrderDetail) {
  const name = orderName(order.number)
  if (order.state === 'cancelled') return t('carts.declinedGone', { order: name })
  if (order.paymentState === 'failed') return t('carts.declined', { order: name })
  if (order.paymentState === 'requires_action') return t('pay.requiresAction', { order: name })
  const owed = (order.payments ?? []).some((payment) => payment.provider === ACCOUNT)
  return t(owed ? 'pay.onAccount' : 'pay.captured', { amount: money(order.paid), order: name, name: order.customer.name })
}

export function TakingDialog({ order: placed, gone, onClose }: { order: OrderDetail; gone: boolean; onClose: () => void }) {
  const go = useNavigate()
  const { data: order } = useQuery({ ...orderQuery(placed.id), initialData: placed, refetchInterval: EVERY })
  const over = isOver(order, gone)
  const told = useRef(false)
  const leave = () => {
    onClose()
    void go({ to: paths.order(order.id) })
  }
  useEffect(() => {
    if (!over || told.current) return
    told.current = true
    void said.toast({ text: words(order), type: 'order', id: order.id, action: 'order.create', bad: order.state === 'cancelled' || order.paymentState === 'failed' })
    leave()
  })
  const asked = waiting(order)
  const { name } = order.customer
  const amount = money(order.total)
  return (
    <Dialog
      open
      onClose={leave}
      title={t('pay.takingTitle', { order: orderName(order.number) })}
      lead={asked ? t('pay.waitLead', { name, amount, provider: word('provider', asked.provider) }) : t('pay.takingLead', { amount, name })}
      foot={<Button onClick={leave}>{t('pay.takingOpen')}</Button>}
    >
      <p role="status">
        <State value={order.paymentState === 'unpaid' ? 'processing' : order.paymentState} />
        <span className="quiet"> {order.paymentState === 'unknown' ? t('pay.unknown', { order: orderName(order.number) }) : t(asked ? 'pay.waitLive' : 'pay.takingLive')}</span>
      </p>
      {asked && <CustomerLink payment={asked} />}
    </Dialog>
  )
}
