/** Goods that come back: asked for, awaited, arrived. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { OrderReturn } from '@/api/shapes'
import { t } from '@/i18n'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Part } from '@/parts/states'
import { Id, State, When } from '@/parts/values'
import { Facts, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { customerFilter, orderFilter, worded } from '../filters'
import { ReturnDeeds } from '../orders/handling/section'
import { OrderQueues } from '../orders/queues'

const returns: ListSpec<OrderReturn> = {
  area: 'returns',
  title: 'returns.title',
  path: '/returns',
  exports: '/returns/export',
  exportRight: 'export:order',
  sort: '-createdAt',
  search: true,
  topic: 'order',
  again: 'list',
  name: (one) => orderName(one.orderNumber),
  columns: [
    { id: 'order', title: 'refunds.order', width: 92, cell: (one) => <Link to={paths.order(one.orderId)} className="link num">{orderName(one.orderNumber)}</Link> },
    { id: 'state', title: 'orders.state', width: 130, cell: (one) => <State value={one.state} words="returnState" /> },
    { id: 'reason', title: 'common.reason', width: 220, grow: 2, cell: (one) => one.reason },
    { id: 'arrived', title: 'returns.arrivedAt', width: 132, moment: true, end: true, cell: (one) => <When at={one.receivedAt} /> },
    { id: 'when', title: 'returns.asked', width: 132, moment: true, end: true, sort: 'createdAt', cell: (one) => <When at={one.createdAt} /> },
    { id: 'id', title: 'orders.id', width: 120, hidden: true, cell: (one) => <Id id={one.id} /> },
  ],
  filters: [{ kind: 'choice', field: 'state', title: 'orders.state', options: () => worded(['requested', 'approved', 'received', 'rejected'], 'returnState') }, orderFilter('refunds.order'), customerFilter('orders.customer')],
  empty: { text: 'returns.none' },
}

export const Returns = () => <ListPage spec={returns} above={<OrderQueues />} peek={(id) => <ReturnPeek id={id} />} />

function ReturnPeek({ id }: { id: string }) {
  const one = useQuery(read<OrderReturn>(`/returns/${id}`))
  return (
    <div className="peek">
      <Part query={one}>
        {(data) => (
          <>
            <header className="peek-head">
              <h2 className="peek-title">{t('returns.one', { order: orderName(data.orderNumber) })}</h2>
            </header>
            <div className="peek-marks">
              <State value={data.state} words="returnState" />
              <Id id={data.id} />
              <span className="spring" />
              <ReturnDeeds one={data} />
            </div>
            <Facts rows={[[t('refunds.order'), <Link key="o" to={paths.order(data.orderId)} className="link">{orderName(data.orderNumber)}</Link>], [t('common.reason'), data.reason], [t('returns.decision'), data.decision], [t('returns.asked'), <When key="a" at={data.createdAt} />], [t('returns.arrivedAt'), data.receivedAt && <When key="r" at={data.receivedAt} />]]} />
            <Section title={t('returns.what')}>
              <Rows
                label={t('returns.what')}
                rows={data.lines}
                id={(line) => line.lineId}
                empty=""
                columns={[
                  { id: 'name', title: 'orders.product', width: 150, grow: true, cell: (line) => line.name },
                  { id: 'n', title: 'orders.quantity', width: 70, end: true, cell: (line) => line.quantity },
                  { id: 'in', title: 'returns.arrivedShort', width: 80, end: true, cell: (line) => line.received },
                  { id: 'again', title: 'returns.restocked', width: 100, end: true, cell: (line) => line.restocked },
                ]}
              />
            </Section>
          </>
        )}
      </Part>
    </div>
  )
}
