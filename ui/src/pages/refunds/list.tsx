/** All refunds: asked for, under way, made, refused. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FileDown } from 'lucide-react'
import { read } from '@/api/client'
import type { Refund } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { savePaper } from '@/lib/papers'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { OrderLink } from '@/parts/order-link'
import { PersonLink } from '@/parts/person-link'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { orderFilter, worded } from '../filters'

/** Where it went, if not back the way it was paid. */
const wayOf = ({ toCredit, outside }: Refund) => (toCredit ? t('refunds.toCreditAlone') : outside ? t('refunds.byHand') : undefined)

const refunds: ListSpec<Refund> = {
  area: 'refunds',
  title: 'refunds.title',
  path: '/refunds',
  exports: '/refunds/export',
  exportRight: 'export:order',
  sort: '-createdAt',
  search: true,
  topic: 'refund',
  name: (refund) => orderName(refund.orderNumber),
  to: (refund) => paths.order(refund.orderId),
  columns: [
    { id: 'order', title: 'refunds.order', width: 92, cell: (refund) => <OrderLink id={refund.orderId}>{orderName(refund.orderNumber)}</OrderLink> },
    { id: 'customer', title: 'refunds.customer', width: 150, grow: 2, cell: (refund) => <PersonLink id={refund.customer.id}>{refund.customer.name}</PersonLink> },
    { id: 'state', title: 'refunds.state', width: 144, grow: 1, cell: (refund) => <State value={refund.state} /> },
    { id: 'amount', title: 'refunds.amount', width: 104, end: true, cell: (refund) => <Money value={refund.amount} /> },
    { id: 'way', title: 'refunds.way', width: 124, drop: 3, cell: (refund) => wayOf(refund) ?? <span className="quiet">–</span> },
    { id: 'reason', title: 'refunds.reason', width: 180, drop: 1, grow: 3, cell: (refund) => refund.reason },
    { id: 'by', title: 'refunds.by', width: 130, drop: 2, grow: 1, cell: (refund) => refund.createdBy?.name },
    { id: 'when', title: 'refunds.when', width: 132, moment: true, end: true, sort: 'createdAt', cell: (refund) => <When at={refund.createdAt} /> },
    { id: 'why', title: 'refunds.why', width: 200, hidden: true, cell: (refund) => refund.failureMessage },
    { id: 'id', title: 'refunds.id', width: 120, hidden: true, cell: (refund) => <Id id={refund.id} kind="refund" /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'refunds.state', options: () => worded(['waiting', 'pending', 'unknown', 'succeeded', 'failed', 'cancelled']) },
    orderFilter('refunds.order'),
    { kind: 'record', field: 'paymentId', title: 'refunds.payment', find: async () => [], name: async (id) => `…${id.slice(-4)}`, linked: true },
    { kind: 'dates', field: 'from', title: 'refunds.when' },
  ],
  empty: { text: 'refunds.empty' },
}

export const Refunds = () => <ListPage spec={refunds} above={<Tabs area="refunds" />} peek={(id) => <RefundPeek id={id} />} />

function RefundPeek({ id }: { id: string }) {
  const refund = useQuery(read<Refund>(`/refunds/${id}`))
  return (
    <div className="peek">
      <Part query={refund}>
        {(data) => (
          <>
            <header className="peek-head">
              <h2 className="peek-title">{t('refunds.one', { order: orderName(data.orderNumber) })}</h2>
              <span className="spring" />
              <span className="peek-figure">
                <Money value={data.amount} />
              </span>
            </header>
            <div className="peek-marks">
              <State value={data.state} />
              <Id id={data.id} kind="refund" />
              <span className="spring" />
              {data.state === 'succeeded' && (
                <Button small icon={<FileDown size={13} />} onClick={() => void savePaper(`/refunds/${data.id}/credit-note.pdf`, `credit-note-${data.orderNumber}.pdf`)}>
                  {t('books.creditNote')}
                </Button>
              )}
            </div>
            {data.state === 'waiting' && <p className="notice">{t('refunds.noticeWaiting')}{data.approvalId && <> <Link to={paths.approval(data.approvalId)} className="link">{t('approvals.title')}</Link></>}</p>}
            {data.failureMessage && <p className="notice notice-bad">{data.failureMessage}</p>}
            {(data.state === 'unknown' || data.state === 'pending') && <p className="notice">{t(data.state === 'unknown' ? 'refunds.noticeUnknown' : 'refunds.noticePending')}</p>}
            <Facts
              rows={[
                [t('refunds.order'), <OrderLink key="o" id={data.orderId} look="link">{orderName(data.orderNumber)}</OrderLink>],
                [t('refunds.payment'), <Link key="p" to={paths.payment(data.paymentId)} className="link">{t('payments.one', { order: orderName(data.orderNumber) })}</Link>],
                [t('refunds.customer'), <PersonLink key="c" id={data.customer.id} look="link">{data.customer.name}</PersonLink>],
                [t('refunds.reason'), data.reason],
                [t('refund.split'), data.split && <Falls key="f" split={data.split} />],
                [t('refunds.way'), wayOf(data) ?? t('refunds.wayBack')],
                [t('refunds.kind'), data.kind === 'goodwill' && t('refunds.goodwill')],
                [t('refunds.by'), data.createdBy?.name],
                [t('refunds.when'), <When key="w" at={data.createdAt} />],
                [t('refunds.settled'), data.settledAt && <When key="s" at={data.settledAt} />],
              ]}
            />
            <Timeline path={`/orders/${data.orderId}/timeline`} self={id} label={orderName(data.orderNumber)} />
          </>
        )}
      </Part>
    </div>
  )
}

/** How the amount fell on the order. */
const Falls = ({ split }: { split: NonNullable<Refund['split']> }) => (
  <span className="amounts">
    {([['refund.goods', split.goods], ['orders.tax', split.tax], ['orders.shipping', split.shipping], ['orders.discount', { ...split.discount, amount: -split.discount.amount }]] as const)
      .filter(([, value]) => value.amount !== 0)
      .map(([title, value]) => (
        <span key={title}>
          {t(title)} <Money value={value} />
        </span>
      ))}
  </span>
)
