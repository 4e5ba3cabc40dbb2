/** All orders: found by what they are and where their money stands, moved on in bulk, refunded from the row. */
import { Link } from '@tanstack/react-router'
import { Plus, Upload } from 'lucide-react'
import type { Order } from '@/api/shapes'
import { t, word } from '@/i18n'
import { country, orderName } from '@/lib/text'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Id, Money, State, When } from '@/parts/values'
import { can, me } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { customerFilter, worded } from '../filters'
import { orderBulk } from './bulk'
import { Customer } from './customer'
import { refundRow } from './deeds'
import { Paying } from './paying'
import { OrderPeek } from './peek'
import { OrderQueues } from './queues'
import { OrderSums } from './sums'

const states = ['pending', 'paid', 'processing', 'shipped', 'delivered', 'cancelled']
const paymentStates = ['unpaid', 'requires_action', 'processing', 'unknown', 'authorised', 'partly_paid', 'paid', 'partially_refunded', 'refunded', 'failed']
const countries = ['AT', 'AU', 'BE', 'CA', 'CH', 'CZ', 'DE', 'DK', 'ES', 'FI', 'FR', 'GB', 'GR', 'IE', 'IT', 'JP', 'NL', 'NO', 'NZ', 'PL', 'PT', 'SE', 'US']

export const orders: ListSpec<Order> = {
  area: 'orders',
  title: 'orders.title',
  path: '/orders',
  sort: '-createdAt',
  search: true,
  topic: 'order',
  exports: '/orders/export',
  exportRight: 'export:order',
  name: (order) => orderName(order.number),
  to: (order) => paths.order(order.id),
  page: paths.order,
  columns: [
    { id: 'number', title: 'orders.number', width: 92, sort: 'number', cell: (order) => <Link to={paths.order(order.id)} className="link num">{orderName(order.number)}</Link> },
    { id: 'customer', title: 'orders.customer', width: 132, grow: 3, cell: (order) => <Customer of={order.customer} look="quiet-link" /> },
    { id: 'state', title: 'orders.state', width: 116, grow: 1, cell: (order) => <State value={order.state} /> },
    { id: 'payment', title: 'orders.payment', width: 164, grow: 1, cell: (order) => <Paying order={order} /> },
    { id: 'total', title: 'orders.total', width: 104, end: true, sort: 'total', cell: (order) => <Money value={order.total} /> },
    { id: 'paid', title: 'orders.paid', width: 96, drop: 2, end: true, cell: (order) => <Money value={order.paid} dash /> },
    { id: 'refunded', title: 'orders.refunded', width: 96, drop: 1, end: true, cell: (order) => <Money value={order.refunded} dash /> },
    { id: 'granted', title: 'orders.granted', width: 100, drop: 3, end: true, cell: (order) => <Money value={order.granted} dash /> },
    { id: 'pendingBack', title: 'orders.pendingBack', width: 132, drop: 4, end: true, cell: (order) => <Money value={order.pending} dash /> },
    { id: 'when', title: 'orders.when', width: 132, moment: true, end: true, sort: 'createdAt', cell: (order) => <When at={order.createdAt} /> },
    { id: 'country', title: 'orders.country', width: 132, drop: 5, grow: 1, cell: (order) => country(order.country) },
    { id: 'items', title: 'orders.items', width: 72, drop: 6, end: true, cell: (order) => order.itemCount },
    { id: 'email', title: 'orders.email', width: 220, hidden: true, cell: (order) => order.customer.email },
    { id: 'source', title: 'orders.source', width: 96, hidden: true, cell: (order) => word('source', order.source) },
    { id: 'tax', title: 'orders.tax', width: 100, end: true, hidden: true, cell: (order) => <Money value={order.tax} dash /> },
    { id: 'id', title: 'orders.id', width: 120, hidden: true, cell: (order) => <Id id={order.id} kind="order" /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'orders.state', options: () => worded(states) },
    { kind: 'choice', field: 'paymentState', title: 'orders.payment', options: () => worded(paymentStates) },
    customerFilter('orders.customer'),
    { kind: 'choice', field: 'country', title: 'orders.country', options: () => countries.map((value) => ({ value, label: country(value) })) },
    { kind: 'money', field: 'Total', title: 'orders.total', currency: () => me.get()?.tenant.currency ?? 'EUR' },
    { kind: 'dates', field: 'from', title: 'orders.when' },
    { kind: 'flag', field: 'refunded', title: 'orders.refunded' },
    { kind: 'flag', field: 'granted', title: 'orders.grantedOnly' },
    { kind: 'flag', field: 'pending', title: 'orders.pendingOnly' },
    { kind: 'flag', field: 'held', title: 'handling.heldOnly' },
    { kind: 'text', field: 'tag', title: 'handling.tag' },
  ],
  bulk: orderBulk,
  keys: [{ keys: 'r', label: 'refund.deedPlain', right: 'grant:refund', run: refundRow }],
  empty: { text: 'orders.empty', action: () => can('create:order') && <ButtonLink to={paths.newOrder}>{t('orders.new')}</ButtonLink> },
}

/** One's own orders, for customers: there is nobody else in the list, and nothing to do in bulk. */
const { area, title, path, sort, search, name, to, page } = orders
const ownOrders = {
  ...{ area, title, path, sort, search, name, to, page },
  columns: orders.columns.filter((column) => column.id !== 'customer' && column.id !== 'email'),
  filters: orders.filters.filter((filter) => filter.kind !== 'record'),
  empty: { text: 'orders.emptyOwn' },
} as ListSpec<Order>

export const Orders = () => (
  <ListPage
    spec={can('read:order') ? orders : ownOrders}
    above={can('read:order') && <OrderQueues />}
    peek={(id) => <OrderPeek id={id} />}
    below={(params) => <OrderSums params={params} />}
    actions={
      <>
        {can('run:import') && <ButtonLink to={filtered(paths.imports, { kind: 'orders' })} icon={<Upload size={14} />}>{t('orders.import')}</ButtonLink>}
        {can('create:order') && <ButtonLink to={paths.newOrder} look="primary" icon={<Plus size={14} />}>{t('orders.new')}</ButtonLink>}
      </>
    }
  />
)
