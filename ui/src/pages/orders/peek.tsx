/** An order beside its list: the facts an agent looks for first, and what happened. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { OrderDetail } from '@/api/shapes'
import { t } from '@/i18n'
import { country, orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts } from '@/record/record-page'
import { Timeline } from '@/record/timeline'

export const orderQuery = (id: string) => read<OrderDetail>(`/orders/${id}`)

export function OrderPeek({ id }: { id: string }) {
  const order = useQuery(orderQuery(id))
  return (
    <div className="peek">
      <Part query={order}>
        {(data) => (
          <>
            <header className="peek-head">
              <h2 className="peek-title">{orderName(data.number)}</h2>
              <span className="spring" />
              <span className="peek-figure">
                <Money value={data.total} />
              </span>
            </header>
            <div className="peek-marks">
              <State value={data.state} />
              <State value={data.paymentState} />
              <Id id={data.id} kind="order" />
            </div>
            <Facts
              rows={[
                [t('orders.customer'), <Link key="c" to={paths.person(data.customer.id)} className="link">{data.customer.name}</Link>],
                [t('orders.email'), data.customer.email],
                [t('orders.country'), country(data.country)],
                [t('orders.items'), data.itemCount],
                [t('orders.refunded'), <Money key="r" value={data.refunded} dash />],
                [t('orders.when'), <When key="w" at={data.createdAt} />],
              ]}
            />
          </>
        )}
      </Part>
      <Timeline path={`/orders/${id}/timeline`} self={id} />
    </div>
  )
}
