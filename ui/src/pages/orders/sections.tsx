/** The tables of an order's page: lines with their totals, payments, refunds, and what the books say. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { LedgerEntry, OrderDetail, OrderItem, Payment, Refund } from '@/api/shapes'
import { t, word } from '@/i18n'
import { percent } from '@/lib/money'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { Thumb } from '@/parts/picture'
import { Part } from '@/parts/states'
import { Money, State, When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { can } from '@/session'
import { methodOf } from '../payments/method'
import { handlingQuery } from './handling/host'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'

const lineColumns: Column<OrderItem>[] = [
  { id: 'name', title: 'orders.product', width: 240, grow: true, cell: (item) => (
      <>
        {item.productId && <Thumb product={item.productId} file={item.pictureId} />}
        {item.productId ? <Link to={paths.product(item.productId)} className="link">{item.name}</Link> : item.name}
        {item.cancelled > 0 && <span className="cell-note">{t('orderEdit.takenOut', { n: item.cancelled })}</span>}
      </>
    ) },
  { id: 'sku', title: 'orders.sku', width: 130, cell: (item) => <code>{item.sku}</code> },
  { id: 'quantity', title: 'orders.quantity', width: 70, end: true, cell: (item) => item.quantity },
  { id: 'unit', title: 'orders.unitPrice', width: 100, end: true, cell: (item) => <Money value={item.unitPrice} /> },
  { id: 'total', title: 'orders.total', width: 100, end: true, cell: (item) => <Money value={item.total} /> },
]

export function Lines({ order }: { order: OrderDetail }) {
  const { subtotal, tax, shippingMethod } = order
  const taken = useQuery({ ...handlingQuery(order.id), enabled: order.discount.amount > 0 && can('read:order') }).data?.coupons ?? []
  const codes = taken.map((coupon) => coupon.code).join(', ')
  const rate = subtotal.amount > 0 && tax.amount > 0 ? percent(Math.round((tax.amount * 10_000) / subtotal.amount)) : ''
  const sums = [
    { id: 'subtotal', title: t('orders.subtotal'), value: subtotal },
    ...(order.discount.amount > 0 ? [{ id: 'discount', title: codes ? t('orders.discountBy', { codes }) : t('orders.discount'), value: { ...order.discount, amount: -order.discount.amount } }] : []),
    { id: 'tax', title: rate ? t('orders.taxAt', { rate }) : t('orders.tax'), value: tax },
    { id: 'shipping', title: shippingMethod ? shippingMethod.name : t('orders.shipping'), value: order.shipping },
    { id: 'total', title: t('orders.total'), value: order.total },
  ]
  return (
    <Section title={t('orders.lines')} count={order.items?.length ?? 0}>
      <Rows label={t('orders.lines')} columns={lineColumns} rows={order.items ?? []} id={(item) => item.id} empty={t('orders.noLines')} />
      {order.pricesIncludeTax && <p className="quiet section-empty">{t('checkout.includesTax')}</p>}
      <dl className="sums">
        {sums.map(({ id, title, value }) => (
          <div key={id} className={id === 'total' ? 'sum sum-total' : 'sum'}>
            <dt>{title}</dt>
            <dd>
              <Money value={value} dash={id !== 'total'} strong={id === 'total'} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

const paymentColumns: Column<Payment>[] = [
  {
    id: 'method',
    title: 'payments.method',
    width: 220,
    grow: true,
    cell: (payment) => (
      <>
        {can('read:payment') ? (
          <Link to={paths.payment(payment.id)} className="link">
            {methodOf(payment)}
          </Link>
        ) : (
          methodOf(payment)
        )}
        {payment.failureMessage && <span className="cell-note">{payment.failureMessage}</span>}
      </>
    ),
  },
  { id: 'state', title: 'payments.state', width: 140, cell: (payment) => <State value={payment.state} /> },
  { id: 'captured', title: 'payments.amount', width: 100, end: true, cell: (payment) => <Money value={payment.captured.amount ? payment.captured : payment.amount} dash={payment.captured.amount > 0} /> },
  { id: 'left', title: 'payments.left', width: 110, end: true, cell: (payment) => <Money value={payment.refundable} dash /> },
  { id: 'when', title: 'payments.when', width: 120, end: true, cell: (payment) => <When at={payment.capturedAt ?? payment.createdAt} /> },
]
export const Payments = ({ order }: { order: OrderDetail }) => (
  <Section title={t('payments.title')} count={order.payments.length}>
    <Rows label={t('payments.title')} columns={paymentColumns} rows={order.payments} id={(payment) => payment.id} empty="" />
  </Section>
)

export const refundColumns: Column<Refund>[] = [
  {
    id: 'reason',
    title: 'refunds.reason',
    width: 220,
    grow: true,
    cell: (refund) => (
      <>
        {refund.reason}
        {refund.kind === 'goodwill' && <span className="quiet"> · {t('refunds.goodwill')}</span>}
        {refund.toCredit && <span className="quiet"> · {t('refunds.toCredit')}</span>}
        {refund.failureMessage && <span className="cell-note">{refund.failureMessage}</span>}
      </>
    ),
  },
  { id: 'state', title: 'refunds.state', width: 110, cell: (refund) => <State value={refund.state} /> },
  { id: 'by', title: 'refunds.by', width: 150, cell: (refund) => refund.createdBy && <PersonLink id={refund.createdBy.id}>{refund.createdBy.name}</PersonLink> },
  { id: 'amount', title: 'refunds.amount', width: 100, end: true, cell: (refund) => <Money value={refund.amount} /> },
  { id: 'when', title: 'refunds.when', width: 120, end: true, cell: (refund) => <When at={refund.createdAt} /> },
]
export const Refunds = ({ order }: { order: OrderDetail }) => (
  <Section title={t('refunds.title')} count={order.refunds.length}>
    <Rows label={t('refunds.title')} columns={refundColumns} rows={order.refunds} id={(refund) => refund.id} empty="" />
  </Section>
)

const entryColumns: Column<LedgerEntry>[] = [
  { id: 'account', title: 'ledger.account', width: 220, grow: true, cell: (entry) => <Link to={filtered(paths.ledgerEntries, { accountId: entry.account.id })} className="quiet-link">{word('account', entry.account.code)}</Link> },
  { id: 'kind', title: 'ledger.kind', width: 110, cell: (entry) => word('kind', entry.kind) },
  { id: 'debit', title: 'ledger.debit', width: 100, end: true, cell: (entry) => entry.amount.amount > 0 && <Money value={entry.amount} /> },
  { id: 'credit', title: 'ledger.credit', width: 100, end: true, cell: (entry) => entry.amount.amount < 0 && <Money value={{ ...entry.amount, amount: -entry.amount.amount }} /> },
  { id: 'when', title: 'ledger.when', width: 120, end: true, cell: (entry) => <When at={entry.at} /> },
]
export function Books({ order }: { order: OrderDetail }) {
  const entries = useQuery(read<LedgerEntry[]>(`/orders/${order.id}/ledger`))
  return (
    <Section
      title={t('ledger.title')}
      actions={
        <ButtonLink small look="quiet" to={filtered(paths.ledgerEntries, { orderId: order.id })}>
          {t('ledger.openEntries')}
        </ButtonLink>
      }
    >
      <Part query={entries} lines={4}>
        {(rows) => <Rows label={t('ledger.title')} columns={entryColumns} rows={rows} id={(entry) => entry.id} empty={t('ledger.noneYet')} />}
      </Part>
    </Section>
  )
}
