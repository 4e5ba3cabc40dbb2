/** What can be done to an order where it stands now: one list for its buttons, its menu, its keys and the palette. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Ban, BadgeCheck, CreditCard, HandCoins, ListPlus, Mail, Package, PackageCheck, Pause, Play, RefreshCw, ShieldCheck, Truck, Undo2, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { post, read } from '@/api/client'
import type { Order, OrderDetail, OrderState, Payment, Refund } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t, word, type Key, type Right } from '@/i18n'
import { useKeys } from '@/lib/keys'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button, Kbd } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import type { MenuItem } from '@/parts/menu'
import { lacking, type Refuse } from '@/parts/why'
import { can, me, sees } from '@/session'
import { askConfirm, askVoid } from '../payments/deeds'
import { askCapture, askPay } from './pay-host'
import { askHold, release } from './handling/deeds'
import { askShip, handlingQuery } from './handling/host'
import { canLook, look } from './look'
import { askRefund } from './refund/host'
import { said } from './said'
import { askWaive } from './waive'

export type Deed = { id: string; label: string; icon: LucideIcon; right: Right; key?: string; main?: boolean; danger?: boolean; refuse?: Refuse; run: () => void }

const next: Partial<Record<OrderState, { state: OrderState; label: Key; body: Key; done: Key; icon: LucideIcon }>> = {
  paid: { state: 'processing', label: 'orders.process', body: 'orders.processBody', done: 'orders.processed', icon: Package },
  processing: { state: 'shipped', label: 'orders.ship', body: 'orders.shipBody', done: 'orders.shipped', icon: Truck },
  shipped: { state: 'delivered', label: 'orders.deliver', body: 'orders.deliverBody', done: 'orders.delivered', icon: PackageCheck },
}
const actionOf: Partial<Record<OrderState, string>> = { processing: 'order.process', shipped: 'order.ship', delivered: 'order.deliver' }

const inFlight = (payment: Payment) => ['created', 'processing', 'unknown'].includes(payment.state)
const undecided = (refund: Refund) => refund.state === 'waiting'
const underWay = (refund: Refund) => ['waiting', 'pending', 'unknown'].includes(refund.state)
export const leftOf = (order: OrderDetail) => (order.payments ?? []).reduce((sum, payment) => sum + payment.refundable.amount, 0)

export function useOrderDeeds(order: OrderDetail): Deed[] {
  const client = useQueryClient()
  const go = useNavigate()
  const took = (reply: OrderDetail) => {
    client.setQueryData(read<OrderDetail>(`/orders/${order.id}`).queryKey, reply)
    void client.invalidateQueries({ queryKey: ['orders'] })
  }
  const name = orderName(order.number)
  const payments = order.payments ?? []
  const held = payments.find((payment) => payment.state === 'authorised')
  const asked = payments.find((payment) => payment.state === 'requires_action')
  const open = payments.find(inFlight)
  const step = next[order.state]
  const left = leftOf(order)
  const say = (amount: number) => money({ amount, currency: order.currency })
  const handling = useQuery({ ...handlingQuery(order.id), enabled: order.state !== 'pending' }).data
  const waits = handling?.hold
  const deeds: Deed[] = []

  const partly = order.state === 'pending' && order.paid.amount > 0
  const rest = (order.state !== 'pending' || partly) && order.due.amount > 0
  if ((order.state === 'pending' || rest) && !held && !asked)
    deeds.push({ id: 'pay', label: rest ? t('orderEdit.payRest', { amount: money(order.due) }) : t('orders.pay'), icon: CreditCard, right: 'capture:payment', key: 'p', main: true, refuse: open && t('orders.payOpen', { state: word('state', open.state) }), run: () => askPay(order) })
  if (partly)
    deeds.push({ id: 'waive', label: t('partly.waive', { amount: money(order.due) }), icon: HandCoins, right: 'capture:payment', refuse: (open ?? held ?? asked) && t('orderEdit.payOpen'), run: () => askWaive(order, took) })
  if (asked && canLook(asked)) deeds.push({ id: 'look', label: t('payments.look', { provider: word('provider', asked.provider) }), icon: RefreshCw, right: 'capture:payment', key: 'p', main: true, run: () => void look(asked) })
  else if (asked) deeds.push({ id: 'confirm', label: t('payments.confirm'), icon: ShieldCheck, right: 'capture:payment', key: 'p', main: true, run: () => askConfirm(asked) })
  if (held) {
    deeds.push({ id: 'capture', label: t('payments.capture', { amount: money(held.amount) }), icon: BadgeCheck, right: 'capture:payment', key: 'p', main: true, run: () => askCapture(held) })
    deeds.push({ id: 'void', label: t('payments.void'), icon: Ban, right: 'capture:payment', danger: true, run: () => askVoid(held) })
  }
  if (step)
    deeds.push({
      id: step.state,
      label: t(step.label),
      icon: step.icon,
      right: 'update:order',
      key: 'n',
      main: true,
      refuse: step.state !== 'delivered' && waits ? t('handling.isHeld') : step.state === 'shipped' && handling?.changeWaits ? t('handling.changeWaits') : undefined,
      run: () =>
        step.state === 'shipped' ? askShip(order.id) :
        confirm({
          title: `${t(step.label)}: ${name}`,
          body: t(step.body, { name: order.customer.name, n: order.itemCount }),
          deed: t(step.label),
          run: async () => {
            took(await post<OrderDetail>(`/orders/${order.id}/state`, { state: step.state }, crypto.randomUUID()))
            void said.toast({ text: t(step.done, { order: name }), type: 'order', id: order.id, ...(actionOf[step.state] ? { action: actionOf[step.state] as string } : {}) })
          },
        }),
    })
  if (order.state === 'paid' || order.state === 'processing')
    deeds.push({ id: 'hold', label: t(waits ? 'handling.release' : 'handling.hold'), icon: waits ? Play : Pause, right: 'update:order', run: () => (waits ? void release(client, order.id, name) : askHold(client, order.id, name)) })
  if (order.state === 'pending' || order.state === 'paid' || order.state === 'processing')
    deeds.push({ id: 'edit', label: t('orderEdit.open'), icon: ListPlus, right: 'update:order', key: 'e', refuse: partly ? t('partly.first') : (open ?? held ?? asked) ? t('orderEdit.payOpen') : order.refunds.some(underWay) ? t('orderEdit.refundWaits') : undefined, run: () => void go({ to: paths.editOrder(order.id) }) })
  if (order.state !== 'pending' && order.state !== 'cancelled')
    deeds.push({
      id: 'confirmAgain',
      label: t('letters.again'),
      icon: Mail,
      right: 'update:order',
      run: () => {
        const key = crypto.randomUUID()
        confirm({
          title: t('letters.againTitle', { order: name }),
          body: t('letters.againBody', { email: order.customer.email }),
          deed: t('letters.againDeed'),
          run: async () => {
            took(await post<OrderDetail>(`/orders/${order.id}/confirmation`, undefined, key))
            void said.toast({ text: t('letters.againDone', { order: name, email: order.customer.email }), type: 'order', id: order.id, action: 'order.confirm_again' })
          },
        })
      },
    })
  if (order.paid.amount > 0)
    deeds.push({ id: 'refund', label: t('refund.deedPlain'), icon: Undo2, right: 'grant:refund', key: 'r', refuse: left <= 0 ? t('refund.nothingLeft') : undefined, run: () => askRefund(order.id) })
  if (order.state === 'pending' || order.state === 'paid' || order.state === 'processing')
    deeds.push({
      id: 'cancel',
      label: t('orders.cancel'),
      icon: Ban,
      right: can('update:order') ? 'update:order' : 'cancel:order',
      danger: true,
      refuse: open ? t('orders.cancelOpen') : order.refunds.some(undecided) ? t('orders.cancelWaits') : left > 0 ? lacking('refund:order', { type: 'order', id: order.id }) : undefined,
      run: () => {
        const key = crypto.randomUUID()
        confirm({
          title: t('orders.cancelTitle', { order: name }),
          body: [left > 0 ? t('orders.cancelRefunds', { amount: say(left), name: order.customer.name }) : '', held || asked ? t('orders.cancelVoids', { amount: money((held ?? asked ?? payments[0])?.amount ?? order.total) }) : '', t('orders.cancelStock', { n: order.itemCount })].filter(Boolean).join(' '),
          deed: left > 0 ? t('orders.cancelAndRefund', { amount: say(left) }) : t('orders.cancel'),
          danger: true,
          keep: t('orders.keep'),
          name,
          reason: 'required',
          run: async (reason) => {
            took(await post<OrderDetail>(`/orders/${order.id}/cancel`, { reason }, key))
            void said.toast({ text: t('orders.cancelled', { order: name }), type: 'order', id: order.id, action: 'order.cancel' })
          },
        })
      },
    })
  const mine = order.customer.id === me.get()?.id
  // Cancelling and paying can be held over one's own alone; what else goes by these rights can not.
  const own = (deed: Deed) => mine && (deed.id === 'cancel' || deed.id === 'pay') && sees(deed.right)
  return deeds.filter((deed) => can(deed.right) || own(deed))
}

/** The main ones as buttons, the rest for the menu; keys and palette hear of all of them. */
export function useDeedParts(deeds: Deed[]): { buttons: ReactNode; more: MenuItem[] } {
  useKeys(deeds.filter((deed) => deed.key).map((deed) => ({ keys: deed.key ?? '', label: keyLabels[deed.id] ?? 'orders.keyNext', run: () => !deed.refuse && deed.run() })))
  useActions(deeds.map((deed) => ({ id: deed.id, label: deed.label, ...(deed.key ? { keys: deed.key.toUpperCase() } : {}), refuse: deed.refuse, run: deed.run })))
  const main = deeds.find((deed) => deed.main)
  const second = deeds.find((deed) => deed !== main && deed.id === 'refund') ?? (main ? undefined : deeds.find((deed) => !deed.danger))
  const shown = [second, main].filter((deed): deed is Deed => deed !== undefined)
  return {
    buttons: shown.map((deed) => (
      <Button key={deed.id} look={deed === main ? 'primary' : 'plain'} icon={<deed.icon size={14} />} refuse={deed.refuse} onClick={deed.run}>
        {deed.label} {deed.key && <Kbd>{deed.key.toUpperCase()}</Kbd>}
      </Button>
    )),
    more: deeds.filter((deed) => !shown.includes(deed)).map((deed) => ({ label: deed.label, icon: <deed.icon size={14} />, danger: deed.danger ?? false, refuse: deed.refuse, run: deed.run })),
  }
}
const keyLabels: Record<string, Key> = { edit: 'orderEdit.open', refund: 'refund.deedPlain', pay: 'orders.pay', confirm: 'payments.confirm', capture: 'payments.captureKey' }

/** R on a row of a list. */
export const refundRow = (order: Pick<Order, 'id' | 'paid'>) => order.paid.amount > 0 && can('grant:refund') && askRefund(order.id)
