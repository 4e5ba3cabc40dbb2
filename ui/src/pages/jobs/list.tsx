/** Work in the background: what waits, what runs, what failed for good and waits for somebody to look. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Job, JobStats } from '@/api/shapes'
import { jobStats } from '@/frame/attention'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { filtered, paths } from '@/paths'
import { Part } from '@/parts/states'
import { Id, State, When } from '@/parts/values'
import { Figure } from '@/record/record-page'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { worded } from '../filters'
import { jobBulk } from './deeds'

export const tries = (job: Job) => (job.attempts === 0 ? t('jobs.noTries') : t('jobs.triesOf', { n: job.attempts, most: job.maxAttempts }))
const none = <span className="quiet">–</span>

const jobs: ListSpec<Job> = {
  area: 'jobs',
  title: 'jobs.title',
  path: '/jobs',
  sort: '-createdAt',
  search: true,
  topic: 'job',
  name: (job) => word('jobKind', job.kind),
  to: (job) => paths.job(job.id),
  page: paths.job,
  columns: [
    { id: 'kind', title: 'jobs.kind', width: 150, grow: 1, cell: (job) => <Link to={paths.job(job.id)} className="link">{word('jobKind', job.kind)}</Link> },
    { id: 'state', title: 'jobs.state', width: 150, cell: (job) => <State value={job.state} words="jobState" /> },
    { id: 'queue', title: 'jobs.queue', width: 96, drop: 2, cell: (job) => word('queue', job.queue) },
    { id: 'tries', title: 'jobs.tries', width: 96, cell: tries },
    { id: 'error', title: 'jobs.error', width: 200, drop: 1, grow: 3, cell: (job) => job.lastError ?? none },
    { id: 'due', title: 'jobs.due', width: 124, end: true, drop: 3, sort: 'runAt', cell: (job) => <When at={job.runAt} /> },
    { id: 'created', title: 'jobs.created', width: 124, end: true, sort: 'createdAt', cell: (job) => <When at={job.createdAt} /> },
    { id: 'finished', title: 'jobs.finished', width: 124, end: true, hidden: true, cell: (job) => <When at={job.finishedAt} /> },
    { id: 'priority', title: 'jobs.priority', width: 96, hidden: true, cell: (job) => word('priority', job.priority) },
    { id: 'id', title: 'jobs.id', width: 120, hidden: true, cell: (job) => <Id id={job.id} kind="job" /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'jobs.state', options: () => worded(['pending', 'running', 'dead', 'done', 'cancelled'], 'jobState') },
    { kind: 'choice', field: 'queue', title: 'jobs.queue', options: () => worded(['mail', 'upkeep'], 'queue') },
    { kind: 'choice', field: 'kind', title: 'jobs.kind', options: () => worded(['mail.send', 'tidy', 'seal.renew', 'people.erase'], 'jobKind') },
    { kind: 'dates', field: 'from', title: 'jobs.created' },
  ],
  bulk: jobBulk,
  empty: { text: 'jobs.empty' },
}

export const Jobs = () => <ListPage spec={jobs} above={can('read:job') && <Now />} />

/** How it stands now, by figure and by queue; each leads to the list behind it. */
function Now() {
  const stats = useQuery({ ...jobStats, refetchInterval: 15_000 })
  return (
    <div className="list-above">
      <Part query={stats} lines={2}>
        {(data) => (
          <div className="figures figures-plain">
            <Figure name={t('jobs.waiting')} to={filtered(paths.jobs, { state: 'pending' })}>{number(data.pending)}</Figure>
            <Figure name={t('jobs.running')} to={filtered(paths.jobs, { state: 'running' })}>{number(data.running)}</Figure>
            <Figure name={t('jobs.dead')} to={filtered(paths.jobs, { state: 'dead' })}>
              <span className={data.dead > 0 ? 'figure-bad' : undefined}>{number(data.dead)}</span>
            </Figure>
            <Figure name={t('jobs.behind')}>{data.behindS < 60 ? <span className="quiet">{t('jobs.onTime')}</span> : behind(data.behindS)}</Figure>
            <Figure name={t('jobs.byQueue')}>
              <Queues data={data} />
            </Figure>
          </div>
        )}
      </Part>
    </div>
  )
}

const behind = (seconds: number) => {
  const minutes = Math.round(seconds / 60)
  return new Intl.NumberFormat(undefined, { style: 'unit', unit: minutes < 120 ? 'minute' : 'hour', unitDisplay: 'short' }).format(minutes < 120 ? minutes : Math.round(minutes / 60))
}

function Queues({ data }: { data: JobStats }) {
  if (data.queues.length === 0) return <span className="figure-lines quiet">{t('jobs.noQueues')}</span>
  return (
    <span className="figure-lines">
      {data.queues.map(({ queue, counts }) => (
        <span key={queue}>
          <Link to={filtered(paths.jobs, { queue })} className="quiet-link">{word('queue', queue)}</Link>{' '}
          <span className="quiet">{counts.map((one) => `${number(one.count)} ${word('jobState', one.state).toLowerCase()}`).join(', ')}</span>
        </span>
      ))}
    </span>
  )
}
