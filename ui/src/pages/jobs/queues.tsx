/** The queues work stands in: how much waits in each, and holding one back when what it does would only do harm now. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { patch, read } from '@/api/client'
import type { HeldQueue, JobStats } from '@/api/shapes'
import { jobStats } from '@/frame/attention'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { filtered, paths } from '@/paths'
import { IconButton } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Menu } from '@/parts/menu'
import { Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Rows } from '@/record/rows'
import { By } from './by'
import { queues as known } from './known'
import { Limits } from './limits'

export const heldQueues = read<HeldQueue[]>('/jobs/queues')
export type Line = { queue: string; pending: number; running: number; dead: number; held: HeldQueue | undefined }

/** Every queue there is, has work or is held back, in the order they were named. */
export function lines(stats: Pick<JobStats, 'queues'>, held: HeldQueue[]): Line[] {
  const names = [...new Set([...known, ...stats.queues.map((one) => one.queue), ...held.map((one) => one.queue)])]
  return names.map((queue) => {
    const counts = stats.queues.find((one) => one.queue === queue)?.counts ?? []
    const of = (state: string) => counts.find((one) => one.state === state)?.count ?? 0
    return { queue, pending: of('pending'), running: of('running'), dead: of('dead'), held: held.find((one) => one.queue === queue) }
  })
}
const standing = ({ held }: Line) => (held?.paused ? 'paused' : held?.atOnce || held?.perMinute ? 'limited' : 'free')
/** What holds it, in words: at most 2 at once, 60 a minute. */
const limit = ({ held }: Line) => [held?.atOnce && t('rein.atOnceSays', { n: held.atOnce }), held?.perMinute && t('rein.perMinuteSays', { n: held.perMinute })].filter(Boolean).join(', ')

export function Queues() {
  const client = useQueryClient()
  const stats = useQuery({ ...jobStats, refetchInterval: 15_000 })
  const held = useQuery(heldQueues)
  const [open, setOpen] = useState<Line>()
  const lack = lacking('manage:job')
  const settle = () => client.invalidateQueries({ queryKey: ['jobs'] })
  const hold = (queue: string, paused: boolean) => patch<HeldQueue>('/jobs/queues', { queue, paused }).then(async () => (await settle(), toast({ text: t(paused ? 'rein.isPaused' : 'rein.isGoing', { name: word('queue', queue) }) })))
  const turn = (line: Line) => {
    const name = word('queue', line.queue)
    if (line.held?.paused) return void hold(line.queue, false).catch(toastProblem)
    confirm({ title: t('rein.pauseTitle', { name }), body: t('rein.pauseBody', { n: line.pending }), deed: t('rein.pause'), run: () => hold(line.queue, true) })
  }
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('rein.title')}</h1>
      </header>
      <Tabs area="jobs" />
      <div className="access-body">
        <p className="section-lead">{t('rein.lead')}</p>
        <Part query={stats} lines={6}>
          {(counts) => <Part query={held} lines={6}>{(rows) => <Table rows={lines(counts, rows)} lack={lack} onTurn={turn} onLimit={setOpen} />}</Part>}
        </Part>
      </div>
      {open && <Limits line={open} onClose={() => setOpen(undefined)} onDone={() => (void settle(), toast({ text: t('rein.saved', { name: word('queue', open.queue) }) }), setOpen(undefined))} />}
    </div>
  )
}

function Count({ line, state, tone }: { line: Line; state: 'pending' | 'running' | 'dead'; tone?: string }) {
  if (line[state] === 0) return <span className="quiet">–</span>
  return <Link to={filtered(paths.jobs, { queue: line.queue, state })} className={`link num${tone ? ` ${tone}` : ''}`}>{number(line[state])}</Link>
}

type TableProps = { rows: Line[]; lack: ReturnType<typeof lacking>; onTurn: (line: Line) => void; onLimit: (line: Line) => void }
const Table = ({ rows, lack, onTurn, onLimit }: TableProps) => (
  <Rows
    label={t('rein.title')}
    rows={rows}
    id={(row) => row.queue}
    empty=""
    columns={[
      { id: 'queue', title: 'jobs.queue', width: 110, cell: (row) => <Link to={filtered(paths.jobs, { queue: row.queue })} className="link">{word('queue', row.queue)}</Link> },
      { id: 'state', title: 'jobs.state', width: 90, cell: (row) => <State value={standing(row)} words="rein" /> },
      { id: 'limit', title: 'rein.limit', width: 220, grow: true, cell: (row) => limit(row) || <span className="quiet">{t('rein.noLimit')}</span> },
      { id: 'pending', title: 'jobs.waiting', width: 84, end: true, cell: (row) => <Count line={row} state="pending" /> },
      { id: 'running', title: 'jobs.running', width: 84, end: true, cell: (row) => <Count line={row} state="running" /> },
      { id: 'dead', title: 'rein.dead', width: 84, end: true, cell: (row) => <Count line={row} state="dead" tone="figure-bad" /> },
      { id: 'changed', title: 'rein.changed', width: 100, end: true, cell: (row) => (row.held ? <><By id={row.held.changedBy} /><span className="cell-note"><When at={row.held.changedAt} /></span></> : <span className="quiet">–</span>) },
      {
        id: 'deeds',
        deeds: true,
        title: 'common.more',
        width: 60,
        end: true,
        cell: (row) => (
          <Menu
            items={[
              { label: t(row.held?.paused ? 'rein.goOn' : 'rein.pause'), refuse: lack, run: () => onTurn(row) },
              { label: t('rein.setLimit'), refuse: lack, run: () => onLimit(row) },
            ]}
            trigger={
              <IconButton label={`${t('common.more')}: ${word('queue', row.queue)}`} hint={false}>
                <Ellipsis size={14} />
              </IconButton>
            }
          />
        ),
      },
    ]}
  />
)
