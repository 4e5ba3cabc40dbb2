/** What a person bought and paid, and what was done to their account, each with the way to all of it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { AuditRow, Order, Payment } from '@/api/shapes'
import { t, word } from '@/i18n'
import { orderName } from '@/lib/text'
import { Paying } from '@/pages/orders/paying'
import { methodOf } from '@/pages/payments/method'
import { auditPath, filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { Money, State, When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'

const FEW = 6
const All = ({ to }: { to: string }) => <ButtonLink small look="quiet" to={to}>{t('people.showAll')}</ButtonLink>

const orderColumns: Column<Order>[] = [
  { id: 'number', title: 'orders.number', width: 96, cell: (order) => <Link to={paths.order(order.id)} className="link num">{orderName(order.number)}</Link> },
  { id: 'state', title: 'orders.state', width: 120, cell: (order) => <State value={order.state} /> },
  { id: 'payment', title: 'orders.payment', width: 150, grow: true, cell: (order) => <Paying order={order} /> },
  { id: 'total', title: 'orders.total', width: 110, end: true, cell: (order) => <Money value={order.total} /> },
  { id: 'when', title: 'orders.when', width: 130, end: true, cell: (order) => <When at={order.createdAt} /> },
]
export function PersonOrders({ id }: { id: string }) {
  const orders = useQuery(read<Order[]>('/orders', { customerId: id, sort: '-createdAt', limit: FEW }))
  return (
    <Section title={t('people.orders')} actions={orders.data?.length !== 0 && <All to={filtered(paths.orders, { customerId: id })} />}>
      <Part query={orders}>{(rows) => <Rows label={t('people.orders')} columns={orderColumns} rows={rows} id={(row) => row.id} empty={t('people.noOrders')} />}</Part>
    </Section>
  )
}

const paymentColumns: Column<Payment>[] = [
  { id: 'method', title: 'people.method', width: 160, grow: true, cell: (payment) => <Link to={paths.payment(payment.id)} className="link">{methodOf(payment)}</Link> },
  { id: 'order', title: 'orders.number', width: 96, cell: (payment) => <Link to={paths.order(payment.orderId)} className="quiet-link num">{orderName(payment.orderNumber)}</Link> },
  { id: 'state', title: 'orders.state', width: 150, cell: (payment) => <State value={payment.state} /> },
  { id: 'amount', title: 'payments.amount', width: 110, end: true, cell: (payment) => <Money value={payment.amount} /> },
  { id: 'when', title: 'orders.when', width: 130, end: true, cell: (payment) => <When at={payment.createdAt} /> },
]
export function PersonPayments({ id }: { id: string }) {
  const payments = useQuery(read<Payment[]>('/payments', { customerId: id, sort: '-createdAt', limit: FEW }))
  return (
    <Section title={t('people.payments')} actions={payments.data?.length !== 0 && <All to={filtered(paths.payments, { customerId: id })} />}>
      <Part query={payments}>{(rows) => <Rows label={t('people.payments')} columns={paymentColumns} rows={rows} id={(row) => row.id} empty={t('people.noPayments')} />}</Part>
    </Section>
  )
}

const auditColumns: Column<AuditRow>[] = [
  { id: 'action', title: 'audit.action', width: 180, cell: (row) => <Link to={auditPath(row.id)} className="link">{word('deed', row.action)}</Link> },
  { id: 'actor', title: 'audit.actor', width: 140, cell: (row) => row.actor.name },
  { id: 'reason', title: 'audit.reason', width: 180, grow: true, cell: (row) => row.reason ?? <span className="quiet">–</span> },
  { id: 'when', title: 'audit.when', width: 130, end: true, cell: (row) => <When at={row.at} /> },
]
/** What was done to this account: the audit's own words, with their proof one click away. */
export function PersonAudit({ id }: { id: string }) {
  const lines = useQuery(read<AuditRow[]>('/audit', { subjectId: id, limit: FEW }))
  return (
    <Section title={t('people.audit')} actions={<All to={filtered(paths.audit, { subjectId: id })} />}>
      <Part query={lines}>{(rows) => <Rows label={t('people.audit')} columns={auditColumns} rows={rows} id={(row) => row.id} empty={t('people.noAudit')} />}</Part>
    </Section>
  )
}
