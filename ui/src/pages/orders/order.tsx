/** One order: what was sold, what was paid and given back, what the books say of it, and everything that happened. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { CircleHelp, Copy } from 'lucide-react'
import type { OrderDetail } from '@/api/shapes'
import { t, word } from '@/i18n'
import { country, orderName } from '@/lib/text'
import { filtered, paths } from '@/paths'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Files } from '@/record/files'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { can } from '@/session'
import { leftOf, useDeedParts, useOrderDeeds } from './deeds'
import { Books, Lines, Payments, Refunds } from './sections'
import { orderQuery } from './peek'

export function OrderPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const order = useQuery(orderQuery(id))
  return (
    <Part query={order} lines={10} whole>
      {(data) => (
        <RecordPage header={<Header order={data} />} side={<Timeline path={`/orders/${id}/timeline`} self={id} label={orderName(data.number)} />}>
          <MoneyLine order={data} />
          <Lines order={data} />
          {(data.payments ?? []).length > 0 && <Payments order={data} />}
          {(data.refunds ?? []).length > 0 && <Refunds order={data} />}
          {can('read:ledger') && data.paid.amount > 0 && <Books order={data} />}
          <Files type="order" id={id} />
          <About order={data} />
        </RecordPage>
      )}
    </Part>
  )
}

function Header({ order }: { order: OrderDetail }) {
  const { buttons, more } = useDeedParts(useOrderDeeds(order))
  const go = useNavigate()
  const copy = () => void navigator.clipboard.writeText(order.id)
  return (
    <RecordHeader
      up={{ to: paths.orders, label: t('orders.title') }}
      title={orderName(order.number)}
      marks={
        <>
          <State value={order.state} />
          {order.paymentState !== order.state && <State value={order.paymentState} />}
          <Link to={paths.person(order.customer.id)} className="link">
            {order.customer.name}
          </Link>
          <Id id={order.id} kind="order" />
        </>
      }
      actions={buttons}
      more={[...more, ...(more.length > 0 ? (['line'] as const) : []), { label: t('orders.copyId'), icon: <Copy size={14} />, run: copy }, { label: t('why.missing'), icon: <CircleHelp size={14} />, run: () => void go({ href: filtered(paths.explain, { subjectType: 'order', subjectId: order.id }) }) }]}
    />
  )
}

/** The figures one asks for first. */
const MoneyLine = ({ order }: { order: OrderDetail }) => {
  const figures = [
    ['orders.total', order.total],
    ['orders.paid', order.paid],
    ['orders.refunded', order.refunded],
    ['orders.left', { amount: leftOf(order), currency: order.currency }],
  ] as const
  return (
    <dl className="money-line">
      {figures.map(([title, value]) => (
        <div key={title}>
          <dt>{t(title)}</dt>
          <dd>
            <Money value={value} dash={title === 'orders.refunded'} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function About({ order }: { order: OrderDetail }) {
  const to = order.shippingAddress
  const lines = [to.name, to.street, [to.zipCode, to.city].filter(Boolean).join(' '), to.state, country(to.country), to.phone].filter(Boolean)
  return (
    <Section title={t('orders.facts')}>
      <Facts
        rows={[
          [t('orders.customer'), <Link key="c" to={paths.person(order.customer.id)} className="link">{order.customer.name}</Link>],
          [t('orders.email'), order.customer.email],
          [t('orders.when'), <When key="w" at={order.createdAt} />],
          [t('orders.source'), word('source', order.source)],
          [t('orders.shipTo'), lines.length > 0 && <address className="address">{lines.map((line, i) => <span key={i}>{line}</span>)}</address>],
          [t('orders.notes'), order.notes],
        ]}
      />
    </Section>
  )
}
