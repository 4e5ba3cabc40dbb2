/** Comparisons that were made: how many lines the providers reported, how many agreed, what was new. */
import { Link } from '@tanstack/react-router'
import type { Reconciliation } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { date } from '@/lib/time'
import { filtered, paths } from '@/paths'
import { PersonLink } from '@/parts/person-link'
import { Id, State, When } from '@/parts/values'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { CompareButton } from './compare'

const runs: ListSpec<Reconciliation> = {
  area: 'comparisons',
  title: 'recon.comparisons',
  path: '/reconciliation/runs',
  sort: '-madeAt',
  topic: 'ledger',
  again: 'list',
  name: (run) => `${date(run.from)} – ${date(run.to)}`,
  columns: [
    { id: 'span', title: 'recon.span', width: 210, grow: 1, cell: (run) => `${date(run.from)} – ${date(run.to)}` },
    { id: 'state', title: 'refunds.state', width: 120, cell: (run) => <State value={run.endedAt ? 'done' : 'running'} /> },
    { id: 'providers', title: 'recon.providers', width: 130, grow: 1, drop: 2, cell: (run) => run.providers.map((one) => word('provider', one)).join(', ') || <span className="quiet">–</span> },
    { id: 'lines', title: 'recon.lines', width: 84, end: true, cell: (run) => number(run.lines) },
    { id: 'matched', title: 'recon.agreed', width: 84, end: true, cell: (run) => number(run.matched) },
    { id: 'found', title: 'recon.newOnes', width: 110, end: true, cell: (run) => (run.found > 0 ? <Link to={filtered(paths.differences, { runId: run.id })} className="link num">{number(run.found)}</Link> : <span className="quiet">–</span>) },
    { id: 'fees', title: 'recon.feesBooked', width: 110, end: true, drop: 1, cell: (run) => (run.feesBooked > 0 ? number(run.feesBooked) : <span className="quiet">–</span>) },
    { id: 'by', title: 'jobs.by', width: 150, drop: 3, cell: (run) => (run.requestedBy ? <PersonLink id={run.requestedBy.id}>{run.requestedBy.name}</PersonLink> : t('recon.regular')) },
    { id: 'when', title: 'recon.madeAt', width: 124, moment: true, end: true, sort: 'madeAt', cell: (run) => <When at={run.madeAt} /> },
    { id: 'id', title: 'jobs.id', width: 120, hidden: true, cell: (run) => <Id id={run.id} /> },
  ],
  filters: [],
  empty: { text: 'recon.noComparisons', action: () => <CompareButton /> },
}

export const Comparisons = () => <ListPage spec={runs} above={<Tabs area="ledger" />} actions={<CompareButton />} />
