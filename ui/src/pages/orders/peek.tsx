/** An order beside its list: the facts an agent looks for first, the two deeds, and what happened. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Undo2 } from 'lucide-react'
import { read } from '@/api/client'
import type { OrderDetail } from '@/api/shapes'
import { t } from '@/i18n'
import { country, orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button, Kbd } from '@/parts/button'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { can } from '@/session'
import { askRefund } from './refund/host'

export const orderQuery = (id: string) => read<OrderDetail>(`/orders/${id}`)

export function OrderPeek({ id }: { id: string }) {
  const order = useQuery(orderQuery(id))
  return (
    <div className="peek">
      <Part query={order}>{(data) => <Facing order={data} />}</Part>
      <Timeline path={`/orders/${id}/timeline`} self={id} {...(order.data ? { label: orderName(order.data.number) } : {})} />
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
        {order.paymentState !== order.state && <State value={order.paymentState} />}
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
          [t('orders.customer'), <Link key="c" to={paths.person(order.customer.id)} className="link">{order.customer.name}</Link>],
          [t('orders.email'), order.customer.email],
          [t('orders.country'), country(order.country)],
          [t('orders.refunded'), <Money key="r" value={order.refunded} dash />],
          [t('orders.left'), left > 0 && <Money key="l" value={{ amount: left, currency: order.currency }} />],
          [t('orders.when'), <When key="w" at={order.createdAt} />],
        ]}
      />
      {order.paid.amount > 0 && can('refund:order') && (
        <div>
          <Button small icon={<Undo2 size={13} />} refuse={left <= 0 && t('refund.nothingLeft')} onClick={() => askRefund(order.id)}>
            {t('refund.deedPlain')} <Kbd>R</Kbd>
          </Button>
        </div>
      )}
    </>
  )
}
