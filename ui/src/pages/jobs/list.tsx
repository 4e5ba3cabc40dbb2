/** Work in the background: what waits, what runs, what failed for good and waits for somebody to look. */
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Job } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { jobStats } from '@/frame/attention'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { span } from '@/lib/time'
import { filtered, paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { Id, State, When } from '@/parts/values'
import { Figure } from '@/record/record-page'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { worded } from '../filters'
import { lacking } from '@/parts/why'
import type { Search } from '@/table/url'
import { jobBulk } from './deeds'
import { kinds, queues } from './known'
import { heldQueues } from './queues'
import { AllFailed, type AllDeed } from './retry-all'

export const tries = (job: Job) => (job.attempts === 0 ? t('jobs.noTries') : t('jobs.triesOf', { n: job.attempts, most: job.maxAttempts }))
const none = <span className="quiet">–</span>

const jobs: ListSpec<Job> = {
  area: 'jobs',
  title: 'jobs.title',
  path: '/jobs',
  exports: '/jobs/export',
  sort: '-createdAt',
  search: true,
  searches: 'jobs.search',
  topic: 'job',
  name: (job) => word('jobKind', job.kind),
  to: (job) => paths.job(job.id),
  page: paths.job,
  columns: [
    { id: 'kind', title: 'jobs.kind', width: 230, grow: 1, cell: (job) => <Link to={paths.job(job.id)} className="link">{word('jobKind', job.kind)}</Link> },
    { id: 'state', title: 'jobs.state', width: 176, cell: (job) => <State value={job.state} words="jobState" /> },
    { id: 'queue', title: 'jobs.queue', width: 108, drop: 2, cell: (job) => word('queue', job.queue) },
    { id: 'tries', title: 'jobs.tries', width: 96, cell: tries },
    { id: 'error', title: 'jobs.error', width: 140, drop: 1, grow: 3, cell: (job) => job.lastError ?? none },
    { id: 'due', title: 'jobs.due', width: 124, moment: true, end: true, drop: 3, sort: 'runAt', cell: (job) => <When at={job.runAt} /> },
    { id: 'created', title: 'jobs.created', width: 124, moment: true, end: true, sort: 'createdAt', cell: (job) => <When at={job.createdAt} /> },
    { id: 'finished', title: 'jobs.finished', width: 124, moment: true, end: true, hidden: true, cell: (job) => <When at={job.finishedAt} /> },
    { id: 'priority', title: 'jobs.priority', width: 96, hidden: true, cell: (job) => word('priority', job.priority) },
    { id: 'retries', title: 'jobs.retries', width: 96, end: true, hidden: true, cell: (job) => (job.retries > 0 ? number(job.retries) : none) },
    { id: 'id', title: 'jobs.id', width: 120, hidden: true, cell: (job) => <Id id={job.id} kind="job" /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'jobs.state', options: () => worded(['pending', 'running', 'dead', 'done', 'cancelled'], 'jobState') },
    { kind: 'choice', field: 'queue', title: 'jobs.queue', options: () => worded(queues, 'queue') },
    { kind: 'choice', field: 'kind', title: 'jobs.kind', options: () => worded(kinds, 'jobKind') },
    { kind: 'dates', field: 'from', title: 'jobs.created' },
  ],
  bulk: jobBulk,
  empty: { text: 'jobs.empty' },
}

export function Jobs() {
  const search = useSearch({ strict: false }) as Search
  const dead = useQuery({ ...jobStats, enabled: can('read:job') }).data?.dead ?? 0
  const [open, setOpen] = useState<AllDeed>()
  const refuse = lacking('manage:job') ?? (dead === 0 ? t('jobs.noneDead') : undefined)
  useActions([
    { id: 'retryAll', label: t('jobs.retryAll'), refuse, run: () => setOpen('retry') },
    { id: 'discardAll', label: t('jobs.discardAll'), refuse, run: () => setOpen('discard') },
  ])
  return (
    <>
      <ListPage
        spec={jobs}
        actions={
          <>
            <Button refuse={refuse} onClick={() => setOpen('discard')}>
              {t('jobs.discardAll')}
            </Button>
            <Button refuse={refuse} onClick={() => setOpen('retry')}>
              {t('jobs.retryAll')}
            </Button>
          </>
        }
        above={
          <>
            <Tabs area="jobs" />
            {can('read:job') && <Now />}
          </>
        }
      />
      {open && <AllFailed deed={open} filter={search} onClose={() => setOpen(undefined)} />}
    </>
  )
}

/** How it stands now; each figure leads to the list behind it. */
function Now() {
  const stats = useQuery({ ...jobStats, refetchInterval: 15_000 })
  const held = useQuery(heldQueues).data?.filter((one) => one.paused) ?? []
  return (
    <div className="list-above">
      {held.length > 0 && (
        <div className="notice notice-deed" role="status">
          <span>
            {t('rein.someHeld', { n: held.length })}: {held.map((one) => word('queue', one.queue)).join(', ')}
          </span>
          <ButtonLink small to={paths.queues}>{t('rein.title')}</ButtonLink>
        </div>
      )}
      <Part query={stats} lines={2}>
        {(data) => (
          <div className="figures figures-plain">
            <Figure name={t('jobs.waiting')} to={filtered(paths.jobs, { state: 'pending' })}>{number(data.pending)}</Figure>
            <Figure name={t('jobs.running')} to={filtered(paths.jobs, { state: 'running' })}>{number(data.running)}</Figure>
            <Figure name={t('jobs.dead')} to={filtered(paths.jobs, { state: 'dead' })}>
              <span className={data.dead > 0 ? 'figure-bad' : undefined}>{number(data.dead)}</span>
            </Figure>
            <Figure name={t('jobs.behind')}>{data.behindS < 60 ? <span className="quiet">{t('jobs.onTime')}</span> : span(data.behindS * 1_000)}</Figure>
          </div>
        )}
      </Part>
    </div>
  )
}
