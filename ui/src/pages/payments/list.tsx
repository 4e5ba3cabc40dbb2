/** All payments, wherever they stand with their provider. */
import type { Payment } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { word } from '@/i18n'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { OrderLink } from '@/parts/order-link'
import { PersonLink } from '@/parts/person-link'
import { Id, Money, State, When } from '@/parts/values'
import { me } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { customerFilter, orderFilter, worded } from '../filters'
import { askRefund } from '../orders/refund/host'
import { methodOf } from './method'
import { PaymentPeek } from './payment'

const states = ['created', 'requires_action', 'processing', 'unknown', 'authorised', 'captured', 'partially_refunded', 'refunded', 'failed', 'voided', 'disputed']
const methods = ['pm_card_visa', 'pm_card_mastercard', 'pm_card_authentication_required', 'pm_card_processing', 'pm_card_timeout', 'pm_card_declined']

const payments: ListSpec<Payment> = {
  area: 'payments',
  title: 'payments.title',
  path: '/payments',
  exports: '/payments/export',
  exportRight: 'export:order',
  sort: '-createdAt',
  search: true,
  topic: 'payment',
  name: (payment) => `${orderName(payment.orderNumber)} ${methodOf(payment)}`,
  to: (payment) => paths.payment(payment.id),
  page: paths.payment,
  columns: [
    { id: 'order', title: 'payments.order', width: 92, cell: (payment) => <OrderLink id={payment.orderId}>{orderName(payment.orderNumber)}</OrderLink> },
    { id: 'customer', title: 'payments.customer', width: 150, grow: 3, cell: (payment) => <PersonLink id={payment.customer.id}>{payment.customer.name}</PersonLink> },
    { id: 'state', title: 'payments.state', width: 164, grow: 1, cell: (payment) => <State value={payment.state} /> },
    { id: 'method', title: 'payments.method', width: 150, drop: 1, grow: 1, cell: (payment) => methodOf(payment) },
    { id: 'amount', title: 'payments.amount', width: 104, end: true, sort: 'amount', cell: (payment) => <Money value={payment.amount} /> },
    { id: 'refunded', title: 'payments.refunded', width: 100, drop: 2, end: true, cell: (payment) => <Money value={payment.refunded} dash /> },
    { id: 'when', title: 'payments.when', width: 132, moment: true, end: true, sort: 'createdAt', cell: (payment) => <When at={payment.createdAt} /> },
    { id: 'left', title: 'payments.left', width: 120, end: true, hidden: true, cell: (payment) => <Money value={payment.refundable} dash /> },
    { id: 'why', title: 'payments.why', width: 220, hidden: true, cell: (payment) => payment.failureMessage },
    { id: 'provider', title: 'payments.provider', width: 100, hidden: true, cell: (payment) => word('provider', payment.provider) },
    { id: 'id', title: 'payments.id', width: 120, hidden: true, cell: (payment) => <Id id={payment.id} kind="payment" /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'payments.state', options: () => worded(states) },
    { kind: 'choice', field: 'method', title: 'payments.method', options: () => methods.map((value) => ({ value, label: word('method', value) })) },
    customerFilter('payments.customer'),
    orderFilter('payments.order'),
    { kind: 'money', field: 'Amount', title: 'payments.amount', currency: () => me.get()?.tenant.currency ?? 'EUR' },
    { kind: 'dates', field: 'from', title: 'payments.when' },
  ],
  keys: [{ keys: 'r', label: 'refund.deedPlain', right: 'grant:refund', run: (payment) => payment.refundable.amount > 0 && askRefund(payment.orderId, payment.id) }],
  empty: { text: 'payments.empty' },
}

export const Payments = () => <ListPage spec={payments} above={<Tabs area="payments" />} peek={(id) => <PaymentPeek id={id} />} />
