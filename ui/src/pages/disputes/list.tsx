/** Customers who asked their bank for the money back: what needs an answer, until when, and how it ended. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { post } from '@/api/client'
import type { Dispute } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, wordFor } from '@/i18n'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { toast, toastProblem } from '@/parts/toasts'
import { Id, Money, State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { orderFilter, worded } from '../filters'

const states = ['opened', 'needs_evidence', 'submitted', 'won', 'lost', 'accepted']
/** The bank's word in the reader's language, or as it stands. */
export const whyOf = (reason: string) => wordFor('disputeReason', reason) ?? reason.replaceAll('_', ' ')
export const Due = ({ dispute }: { dispute: Dispute }) =>
  dispute.dueAt && ['opened', 'needs_evidence'].includes(dispute.state) ? (
    <>
      <When at={dispute.dueAt} />
      {dispute.late && <span className="may-no"> · {t('disputes.late')}</span>}
    </>
  ) : (
    <span className="quiet">–</span>
  )

const disputes: ListSpec<Dispute> = {
  area: 'disputes',
  title: 'disputes.title',
  path: '/disputes',
  exports: '/disputes/export',
  exportRight: 'export:order',
  sort: '-openedAt',
  topic: 'dispute',
  name: (dispute) => orderName(dispute.orderNumber),
  to: (dispute) => paths.dispute(dispute.id),
  page: paths.dispute,
  columns: [
    { id: 'order', title: 'disputes.order', width: 100, cell: (row) => <Link to={paths.dispute(row.id)} className="link num">{orderName(row.orderNumber)}</Link> },
    { id: 'customer', title: 'disputes.customer', width: 150, grow: 2, cell: (row) => <PersonLink id={row.customer.id}>{row.customer.name}</PersonLink> },
    { id: 'state', title: 'disputes.state', width: 172, grow: 1, cell: (row) => <State value={row.state} words="disputeState" /> },
    { id: 'amount', title: 'disputes.amount', width: 104, end: true, cell: (row) => <Money value={row.amount} /> },
    { id: 'due', title: 'disputes.due', width: 150, sort: 'dueAt', cell: (row) => <Due dispute={row} /> },
    { id: 'why', title: 'disputes.why', width: 190, grow: 2, drop: 1, cell: (row) => whyOf(row.reason) },
    { id: 'when', title: 'disputes.opened', width: 132, moment: true, end: true, sort: 'openedAt', cell: (row) => <When at={row.openedAt} /> },
    { id: 'fee', title: 'disputes.fee', width: 90, end: true, hidden: true, cell: (row) => <Money value={row.fee} dash /> },
    { id: 'reference', title: 'disputes.reference', width: 160, hidden: true, cell: (row) => <code>{row.reference}</code> },
    { id: 'id', title: 'refunds.id', width: 120, hidden: true, cell: (row) => <Id id={row.id} /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'disputes.state', options: () => worded(states, 'disputeState') },
    { kind: 'flag', field: 'due', title: 'disputes.dueOnly' },
    orderFilter('disputes.order'),
    { kind: 'dates', field: 'from', title: 'disputes.opened' },
  ],
  empty: { text: 'disputes.empty' },
}

export function Disputes() {
  const client = useQueryClient()
  const refresh = useMutation({
    mutationFn: () => post('/disputes/refresh'),
    onSuccess: () => (void client.invalidateQueries({ queryKey: ['disputes'] }), toast({ text: t('disputes.refreshed') })),
    onError: toastProblem,
  })
  return (
    <ListPage
      spec={disputes}
      above={<Tabs area="payments" />}
      actions={
        <Button icon={<RotateCw size={14} />} busy={refresh.isPending} refuse={lacking('answer:dispute')} onClick={() => refresh.mutate()}>
          {t('disputes.refresh')}
        </Button>
      }
    />
  )
}
