/** All refunds: asked for, under way, made, refused. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { Refund } from '@/api/shapes'
import { t } from '@/i18n'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { orderFilter, worded } from '../filters'

const refunds: ListSpec<Refund> = {
  area: 'refunds',
  title: 'refunds.title',
  path: '/refunds',
  sort: '-createdAt',
  search: true,
  topic: 'refund',
  name: (refund) => orderName(refund.orderNumber),
  to: (refund) => paths.order(refund.orderId),
  columns: [
    { id: 'order', title: 'refunds.order', width: 92, cell: (refund) => <Link to={paths.order(refund.orderId)} className="link num">{orderName(refund.orderNumber)}</Link> },
    { id: 'customer', title: 'refunds.customer', width: 150, grow: 2, cell: (refund) => <Link to={paths.person(refund.customer.id)} className="quiet-link">{refund.customer.name}</Link> },
    { id: 'state', title: 'refunds.state', width: 110, grow: 1, cell: (refund) => <State value={refund.state} /> },
    { id: 'amount', title: 'refunds.amount', width: 104, end: true, cell: (refund) => <Money value={refund.amount} /> },
    { id: 'reason', title: 'refunds.reason', width: 180, drop: 1, grow: 3, cell: (refund) => refund.reason },
    { id: 'by', title: 'refunds.by', width: 130, drop: 2, grow: 1, cell: (refund) => refund.createdBy?.name },
    { id: 'when', title: 'refunds.when', width: 132, end: true, sort: 'createdAt', cell: (refund) => <When at={refund.createdAt} /> },
    { id: 'why', title: 'refunds.why', width: 200, hidden: true, cell: (refund) => refund.failureMessage },
    { id: 'id', title: 'refunds.id', width: 120, hidden: true, cell: (refund) => <Id id={refund.id} kind="refund" /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'refunds.state', options: () => worded(['pending', 'unknown', 'succeeded', 'failed']) },
    orderFilter('refunds.order'),
    { kind: 'record', field: 'paymentId', title: 'refunds.payment', find: async () => [], name: async (id) => `…${id.slice(-4)}`, linked: true },
    { kind: 'dates', field: 'from', title: 'refunds.when' },
  ],
  empty: { text: 'refunds.empty' },
}

export const Refunds = () => <ListPage spec={refunds} peek={(id) => <RefundPeek id={id} />} />

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
            </div>
            {data.failureMessage && <p className="notice notice-bad">{data.failureMessage}</p>}
            {(data.state === 'unknown' || data.state === 'pending') && <p className="notice">{t(data.state === 'unknown' ? 'refunds.noticeUnknown' : 'refunds.noticePending')}</p>}
            <Facts
              rows={[
                [t('refunds.order'), <Link key="o" to={paths.order(data.orderId)} className="link">{orderName(data.orderNumber)}</Link>],
                [t('refunds.payment'), <Link key="p" to={paths.payment(data.paymentId)} className="link">{t('payments.one', { order: orderName(data.orderNumber) })}</Link>],
                [t('refunds.customer'), <Link key="c" to={paths.person(data.customer.id)} className="link">{data.customer.name}</Link>],
                [t('refunds.reason'), data.reason],
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
