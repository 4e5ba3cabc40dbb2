/** One order. The model for every record page: header, sections at the left, the timeline at the right. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { OrderDetail, OrderItem } from '@/api/shapes'
import { t } from '@/i18n'
import { country, orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { Timeline } from '@/record/timeline'
import type { Column } from '@/table/spec'
import { orderQuery } from './peek'

export function OrderPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const order = useQuery(orderQuery(id))
  return (
    <Part query={order} lines={10}>
      {(data) => (
        <RecordPage header={<Header order={data} />} side={<Timeline path={`/orders/${id}/timeline`} self={id} />}>
          <Lines order={data} />
          <Section title={t('orders.facts')}>
            <Facts
              rows={[
                [t('orders.customer'), <Link key="c" to={paths.person(data.customer.id)} className="link">{data.customer.name}</Link>],
                [t('orders.email'), data.customer.email],
                [t('orders.country'), country(data.country)],
                [t('orders.when'), <When key="w" at={data.createdAt} />],
                [t('orders.notes'), data.notes],
              ]}
            />
          </Section>
        </RecordPage>
      )}
    </Part>
  )
}

const Header = ({ order }: { order: OrderDetail }) => (
  <RecordHeader
    up={{ to: paths.orders, label: t('orders.title') }}
    title={orderName(order.number)}
    marks={
      <>
        <State value={order.state} />
        <State value={order.paymentState} />
        <Id id={order.id} kind="order" />
      </>
    }
  />
)

const columns: Column<OrderItem>[] = [
  { id: 'name', title: 'orders.product', width: 240, grow: true, cell: (item) => (item.productId ? <Link to={paths.product(item.productId)} className="link">{item.name}</Link> : item.name) },
  { id: 'sku', title: 'orders.sku', width: 140, cell: (item) => <code>{item.sku}</code> },
  { id: 'quantity', title: 'orders.quantity', width: 80, end: true, cell: (item) => item.quantity },
  { id: 'unit', title: 'orders.unitPrice', width: 110, end: true, cell: (item) => <Money value={item.unitPrice} /> },
  { id: 'total', title: 'orders.total', width: 110, end: true, cell: (item) => <Money value={item.total} /> },
]

const Lines = ({ order }: { order: OrderDetail }) => (
  <Section title={t('orders.lines')} count={order.itemCount}>
    <Rows label={t('orders.lines')} columns={columns} rows={order.items ?? []} id={(item) => item.id} empty={t('orders.noLines')} />
    <dl className="sums">
      {(
        [
          ['orders.subtotal', order.subtotal],
          ['orders.discount', order.discount],
          ['orders.tax', order.tax],
          ['orders.shipping', order.shipping],
          ['orders.total', order.total],
          ['orders.paid', order.paid],
          ['orders.refunded', order.refunded],
        ] as const
      ).map(([title, value]) => (
        <div key={title} className={title === 'orders.total' ? 'sum sum-total' : 'sum'}>
          <dt>{t(title)}</dt>
          <dd>
            <Money value={value} dash={title !== 'orders.total'} strong={title === 'orders.total'} />
          </dd>
        </div>
      ))}
    </dl>
  </Section>
)
