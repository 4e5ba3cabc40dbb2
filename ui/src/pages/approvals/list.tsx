/** What waits for a second pair of eyes, and what became of it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { Approval, ApprovalDetail } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { subjectPath } from '@/paths'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { orderFilter, worded } from '../filters'
import { aboutOf, causeOf } from './cause'
import { useApprovalDeeds } from './deeds'

const states = ['waiting', 'approved', 'succeeded', 'failed', 'rejected', 'cancelled', 'expired']
const About = ({ approval }: { approval: Approval }) => {
  const to = subjectPath(approval.subject)
  return to ? (
    <Link to={to} className="link num">
      {aboutOf(approval)}
    </Link>
  ) : (
    <span className="num">{aboutOf(approval)}</span>
  )
}

/** In a narrow column whose it is comes before what it is. */
const Briefly = ({ approval }: { approval: Approval }) => {
  if (approval.kind !== 'credit') return <About approval={approval} />
  const to = subjectPath(approval.subject)
  return (
    <>
      {to ? <Link to={to} className="link">{approval.subject.label}</Link> : approval.subject.label}
      <span className="quiet"> · {t('approvals.credit')}</span>
    </>
  )
}

const approvals: ListSpec<Approval> = {
  area: 'approvals',
  title: 'approvals.title',
  path: '/approvals',
  exports: '/approvals/export',
  exportRight: 'export:order',
  sort: '-requestedAt',
  topic: 'approval',
  name: aboutOf,
  columns: [
    { id: 'about', title: 'approvals.about', width: 130, grow: 2, cell: (row) => <Briefly approval={row} /> },
    { id: 'amount', title: 'refunds.amount', width: 104, end: true, cell: (row) => <Money value={row.amount} /> },
    { id: 'state', title: 'refunds.state', width: 130, cell: (row) => <State value={row.state} words="approvalState" /> },
    { id: 'by', title: 'approvals.by', width: 140, grow: 1, cell: (row) => (row.mine ? t('approvals.you') : row.requestedBy.name) },
    { id: 'reason', title: 'refunds.reason', width: 160, grow: 2, drop: 1, cell: (row) => row.reason },
    { id: 'cause', title: 'approvals.cause', width: 180, grow: 2, drop: 2, cell: causeOf },
    { id: 'until', title: 'approvals.until', width: 124, moment: true, end: true, drop: 3, cell: (row) => (row.state === 'waiting' ? <When at={row.expiresAt} /> : <span className="quiet">–</span>) },
    { id: 'when', title: 'approvals.when', width: 124, moment: true, end: true, sort: 'requestedAt', cell: (row) => <When at={row.requestedAt} /> },
    { id: 'decided', title: 'approvals.decidedBy', width: 140, hidden: true, cell: (row) => row.decidedBy?.name },
    { id: 'id', title: 'refunds.id', width: 120, hidden: true, cell: (row) => <Id id={row.id} /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'refunds.state', options: () => worded(states, 'approvalState') },
    { kind: 'choice', field: 'kind', title: 'approvals.kind', options: () => (['refund', 'credit'] as const).map((value) => ({ value, label: t(`approvals.${value}`) })) },
    { kind: 'flag', field: 'decidable', title: 'approvals.decidable' },
    { kind: 'flag', field: 'mine', title: 'approvals.mine' },
    orderFilter('refunds.order'),
  ],
  empty: { text: 'approvals.empty' },
}

export const Approvals = () => <ListPage spec={approvals} above={<Tabs area="refunds" />} peek={(id) => <ApprovalPeek id={id} />} />

function ApprovalPeek({ id }: { id: string }) {
  const approval = useQuery(read<ApprovalDetail>(`/approvals/${id}`))
  return (
    <div className="peek">
      <Part query={approval}>{(data) => <Facing approval={data} />}</Part>
    </div>
  )
}

function Facing({ approval }: { approval: ApprovalDetail }) {
  const deeds = useApprovalDeeds(approval)
  useActions(deeds)
  return (
    <>
      <header className="peek-head">
        <h2 className="peek-title">{approval.kind === 'credit' ? aboutOf(approval) : t('approvals.one', { about: approval.subject.label })}</h2>
        <span className="spring" />
        <span className="peek-figure">
          <Money value={approval.amount} />
        </span>
      </header>
      <div className="peek-marks">
        <State value={approval.state} words="approvalState" />
        <Id id={approval.id} />
      </div>
      {approval.failureMessage && <p className="notice notice-bad">{approval.failureMessage}</p>}
      {approval.state === 'waiting' && <p className="notice">{causeOf(approval)}</p>}
      {deeds.length > 0 && (
        <div className="peek-deeds">
          {deeds.map((deed) => (
            <Button key={deed.id} look={deed.id === 'approve' ? 'primary' : 'plain'} refuse={deed.refuse} onClick={deed.run}>
              {deed.label}
            </Button>
          ))}
        </div>
      )}
      <Facts
        rows={[
          [t('approvals.about'), <About key="a" approval={approval} />],
          [t('refunds.reason'), approval.reason],
          [t('approvals.by'), approval.mine ? t('approvals.you') : approval.requestedBy.name],
          [t('approvals.when'), <When key="w" at={approval.requestedAt} />],
          [t('approvals.until'), approval.state === 'waiting' && <When key="u" at={approval.expiresAt} />],
          [t('approvals.decidedBy'), approval.decidedBy?.name],
          [t('approvals.decidedAt'), approval.decidedAt && <When key="d" at={approval.decidedAt} />],
          [t('approvals.said'), approval.decisionReason],
          [t('approvals.cause'), approval.state !== 'waiting' && causeOf(approval)],
        ]}
      />
      {approval.lines.length > 0 && (
        <Section title={t('refund.picks')}>
          <Rows
            label={t('refund.picks')}
            rows={approval.lines}
            id={(line) => line.lineId}
            empty=""
            columns={[
              { id: 'name', title: 'orders.product', width: 160, grow: true, cell: (line) => line.name },
              { id: 'n', title: 'orders.quantity', width: 70, end: true, cell: (line) => line.quantity },
              { id: 'amount', title: 'refunds.amount', width: 90, end: true, cell: (line) => <Money value={line.amount} /> },
            ]}
          />
        </Section>
      )}
      {approval.kind === 'refund' && (
        <Section title={t('refunds.title')} count={approval.refunds.length}>
          <Rows
            label={t('refunds.title')}
            rows={approval.refunds}
            id={(refund) => refund.id}
            empty={t('refunds.none')}
            columns={[
              { id: 'state', title: 'refunds.state', width: 120, grow: true, cell: (refund) => <><State value={refund.state} />{refund.toCredit && <span className="quiet"> · {t('refunds.toCredit')}</span>}</> },
              { id: 'amount', title: 'refunds.amount', width: 90, end: true, cell: (refund) => <Money value={refund.amount} /> },
            ]}
          />
        </Section>
      )}
    </>
  )
}
