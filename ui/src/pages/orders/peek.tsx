/** An order beside its list: the facts an agent looks for first, the two deeds, and what happened. */
import { useQuery } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { read } from '@/api/client'
import type { OrderDetail } from '@/api/shapes'
import { t } from '@/i18n'
import { country, orderName } from '@/lib/text'
import { Button, Kbd } from '@/parts/button'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { can, sees } from '@/session'
import { Customer } from './customer'
import { Paying, payingState } from './paying'
import { askRefund } from './refund/host'

export const orderQuery = (id: string) => read<OrderDetail>(`/orders/${id}`)

export function OrderPeek({ id }: { id: string }) {
  const order = useQuery(orderQuery(id))
  return (
    <div className="peek">
      <Part query={order}>{(data) => <Facing order={data} />}</Part>
      {sees('read:order') && <Timeline path={`/orders/${id}/timeline`} self={id} {...(order.data ? { label: orderName(order.data.number) } : {})} />}
    </div>
  )
}

function Facing({ order }: { order: OrderDetail }) {
  const left = (order.payments ?? []).reduce((sum, payment) => sum + payment.refundable.amount, 0)
  return (
    <>
      <header className="peek-head">
        <h2 className="peek-title">{orderName(order.number)}</h2>
        <span className="spring" />
        <span className="peek-figure">
          <Money value={order.total} />
        </span>
      </header>
      <div className="peek-marks">
        <State value={order.state} />
        {payingState(order) !== order.state && <Paying order={order} />}
        <Id id={order.id} kind="order" />
      </div>
      <ul className="peek-lines">
        {(order.items ?? []).map((item) => (
          <li key={item.id}>
            <span className="num quiet">{item.quantity} ×</span> {item.name}
            <span className="spring" />
            <Money value={item.total} />
          </li>
        ))}
      </ul>
      <Facts
        rows={[
          [t('orders.customer'), <Customer key="c" of={order.customer} />],
          [t('orders.email'), order.customer.email],
          [t('orders.country'), country(order.country)],
          [t('orders.refunded'), <Money key="r" value={order.refunded} dash />],
          [t('orders.left'), left > 0 && <Money key="l" value={{ amount: left, currency: order.currency }} />],
          [t('orders.when'), <When key="w" at={order.createdAt} />],
          [t('checkout.payUntil'), order.payUntil && <When key="p" at={order.payUntil} />],
        ]}
      />
      {order.paid.amount > 0 && can('grant:refund') && (
        <div>
          <Button small icon={<Undo2 size={13} />} refuse={left <= 0 && t('refund.nothingLeft')} onClick={() => askRefund(order.id)}>
            {t('refund.deedPlain')} <Kbd>R</Kbd>
          </Button>
        </div>
      )}
    </>
  )
}
