/** Who does the work: every process that takes it up, since when, when it was heard of last, and what it is at. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { Worker } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { paths } from '@/paths'
import { Part } from '@/parts/states'
import { State, When } from '@/parts/values'
import { Rows } from '@/record/rows'

const workers = read<Worker[]>('/jobs/workers')

export function Workers() {
  const query = useQuery({ ...workers, refetchInterval: 10_000 })
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('workers.title')}</h1>
      </header>
      <Tabs area="jobs" />
      <div className="access-body">
        <p className="section-lead">{t('workers.lead')}</p>
        <Part query={query} lines={4}>
          {(rows) => <Table rows={rows} />}
        </Part>
      </div>
    </div>
  )
}

/** What it is at, by name; each leads to the work. */
const Holds = ({ one }: { one: Worker }) =>
  one.holds.length === 0 ? (
    <span className="quiet">{t('workers.idle')}</span>
  ) : (
    <>
      {one.holds.slice(0, 3).map((job, place) => (
        <span key={job.id}>
          {place > 0 && ', '}
          <Link to={paths.job(job.id)} className="link">{word('jobKind', job.kind)}</Link>
        </span>
      ))}
      {one.holds.length > 3 && ` ${t('workers.andMore', { n: one.holds.length - 3 })}`}
    </>
  )

const Table = ({ rows }: { rows: Worker[] }) => (
  <Rows
    label={t('workers.title')}
    rows={rows}
    id={(one) => one.id}
    empty={t('workers.empty')}
    columns={[
      { id: 'host', title: 'workers.host', width: 130, cell: (one) => <>{one.host}<span className="cell-note">{t('workers.process', { pid: String(one.pid) })}</span></> },
      { id: 'state', title: 'jobs.state', width: 90, cell: (one) => <State value={one.alive ? 'alive' : 'silent'} words="workerState" /> },
      { id: 'holds', title: 'workers.holds', width: 200, grow: true, cell: (one) => <><Holds one={one} /><span className="cell-note">{t('workers.room', { n: one.room })}</span></> },
      { id: 'queues', title: 'rein.title', width: 90, cell: (one) => <span title={one.queues.map((queue) => word('queue', queue)).join(', ')}>{t('workers.queues', { n: one.queues.length })}</span> },
      { id: 'role', title: 'workers.role', width: 90, cell: (one) => <>{word('workerRole', one.role)}<span className="cell-note">{t('workers.version', { version: one.version })}</span></> },
      { id: 'since', title: 'workers.since', width: 90, end: true, cell: (one) => <When at={one.startedAt} /> },
      { id: 'heard', title: 'workers.heard', width: 100, end: true, cell: (one) => <When at={one.beatAt} /> },
    ]}
  />
)
