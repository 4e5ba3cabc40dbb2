/** Runs: work of several steps that is done whole or undone whole. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Saga } from '@/api/shapes'
import { stuckRuns } from '@/frame/attention'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { shortId } from '@/lib/text'
import { filtered, paths, subjectPath } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Id, State, When } from '@/parts/values'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { worded } from '../filters'

/** The kind names what it is about: `order.pay` is about an order. */
export function About({ saga }: { saga: Pick<Saga, 'kind' | 'subjectId'> }) {
  const type = saga.kind.split('.')[0] ?? ''
  const to = subjectPath({ type, id: saga.subjectId })
  const name = `${word('thing', type)} ${shortId(saga.subjectId)}`
  return to ? <Link to={to} className="quiet-link" title={saga.subjectId}>{name}</Link> : <Id id={saga.subjectId} />
}
/** What was undone whole is no alarm: nothing of it is left. */
export const RunState = ({ value }: { value: Saga['state'] }) => <State value={value} words="runState" {...(value === 'failed' ? { tone: 'idle' as const } : {})} />

const runs: ListSpec<Saga> = {
  area: 'runs',
  title: 'runs.title',
  path: '/sagas',
  sort: '-createdAt',
  search: true,
  searches: 'runs.search',
  topic: 'job',
  again: (id) => `/sagas/${id}`,
  name: (saga) => word('runKind', saga.kind),
  to: (saga) => paths.run(saga.id),
  page: paths.run,
  columns: [
    { id: 'kind', title: 'runs.kind', width: 150, grow: 1, cell: (saga) => <Link to={paths.run(saga.id)} className="link">{word('runKind', saga.kind)}</Link> },
    { id: 'state', title: 'jobs.state', width: 170, cell: (saga) => <RunState value={saga.state} /> },
    { id: 'about', title: 'runs.about', width: 130, drop: 2, cell: (saga) => <About saga={saga} /> },
    { id: 'error', title: 'runs.error', width: 220, grow: 3, drop: 1, cell: (saga) => saga.note ?? saga.error ?? <span className="quiet">–</span> },
    { id: 'created', title: 'runs.begun', width: 124, moment: true, end: true, sort: 'createdAt', cell: (saga) => <When at={saga.createdAt} /> },
    { id: 'finished', title: 'runs.over', width: 124, moment: true, end: true, drop: 3, cell: (saga) => <When at={saga.finishedAt} /> },
    { id: 'id', title: 'jobs.id', width: 120, hidden: true, cell: (saga) => <Id id={saga.id} kind="run" /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'jobs.state', options: () => worded(['needs_attention', 'running', 'compensating', 'failed', 'resolved', 'completed'], 'runState') },
    { kind: 'choice', field: 'kind', title: 'runs.kind', options: () => worded(['order.checkout', 'order.pay'], 'runKind') },
    { kind: 'record', field: 'subjectId', title: 'runs.about', find: async () => [], name: (id) => Promise.resolve(shortId(id)), linked: true },
  ],
  empty: { text: 'runs.empty' },
}

export const Runs = () => (
  <ListPage
    spec={runs}
    above={
      <>
        <Tabs area="jobs" />
        {can('read:job') && <Stuck />}
      </>
    }
  />
)

/** Said where it is looked for: which wait for a person, and the way there. */
function Stuck() {
  const n = useQuery({ ...stuckRuns, refetchInterval: 60_000 }).data ?? 0
  if (n === 0) return null
  return (
    <div className="list-above">
      <div className="notice notice-bad notice-deed" role="status">
        <span>{t('runs.stuck', { n })}</span>
        <ButtonLink small to={filtered(paths.runs, { state: 'needs_attention' })}>{t('runs.showStuck')}</ButtonLink>
      </div>
    </div>
  )
}
