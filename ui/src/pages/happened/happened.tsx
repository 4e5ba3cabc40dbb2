/** What happened, as it is carried to those who act on it: how far each of them is, and the tail of events itself. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { useState } from 'react'
import { read } from '@/api/client'
import type { Bus, EventConsumer, Happened } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word, wordFor } from '@/i18n'
import { number } from '@/lib/money'
import { shortId } from '@/lib/text'
import { span } from '@/lib/time'
import { filtered, paths, subjectPath } from '@/paths'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { Id, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Rows } from '@/record/rows'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { By } from '../jobs/by'
import { Replay } from './replay'

export const busQuery = read<Bus>('/events/bus')
type Row = Happened & { id: string }

export function About({ name, id }: { name: string; id: string }) {
  const type = name.split('.')[0] ?? ''
  const to = subjectPath({ type, id })
  return to ? <Link to={to} className="quiet-link" title={id}>{`${word('thing', type)} ${shortId(id)}`}</Link> : <>{word('thing', type)} <Id id={id} /></>
}

const happened: ListSpec<Row> = {
  area: 'happened',
  title: 'happened.title',
  path: '/events/outbox',
  sort: '-seq',
  idOf: (row) => String(row.seq),
  name: (row) => `${row.name} ${row.seq}`,
  again: false,
  columns: [
    { id: 'seq', title: 'happened.seq', width: 92, end: true, sort: 'seq', cell: (row) => <span className="num">{number(row.seq)}</span> },
    { id: 'name', title: 'happened.name', width: 200, grow: 2, cell: (row) => <code>{row.name}</code> },
    { id: 'about', title: 'runs.about', width: 160, grow: 1, cell: (row) => <About name={row.name} id={row.subjectId} /> },
    { id: 'actor', title: 'jobs.by', width: 140, grow: 1, drop: 1, cell: (row) => <By id={row.actorId} /> },
    { id: 'when', title: 'happened.when', width: 132, moment: true, end: true, cell: (row) => <When at={row.at} /> },
  ],
  filters: [
    { kind: 'text', field: 'name', title: 'happened.name' },
    { kind: 'record', field: 'subjectId', title: 'runs.about', find: async () => [], name: (id) => Promise.resolve(shortId(id)), linked: true },
    { kind: 'dates', field: 'from', title: 'happened.when' },
  ],
  empty: { text: 'happened.empty' },
}

export function HappenedPage() {
  const client = useQueryClient()
  return (
    <ListPage
      spec={happened}
      actions={
        <Button icon={<RotateCw size={14} />} onClick={() => void client.invalidateQueries({ queryKey: ['events'] })}>
          {t('happened.again')}
        </Button>
      }
      above={
        <>
          <Tabs area="jobs" />
          {can('read:job') && <Carried />}
        </>
      }
    />
  )
}

function Carried() {
  const bus = useQuery({ ...busQuery, refetchInterval: 5_000 })
  const [open, setOpen] = useState<EventConsumer>()
  return (
    <div className="list-above carried">
      <Part query={bus} lines={4}>
        {(data) => (
          <>
            {data.away && (
              <div className="notice" role="status">
                <p>
                  {t('happened.away', { bus: word('busAdapter', data.adapter) })} <span className="quiet">(<When at={data.awaySince} />)</span>
                </p>
                {data.problem && <p className="said">{data.problem}</p>}
              </div>
            )}
            <p className="quiet">
              {t(data.adapter === 'in_process' ? 'happened.within' : 'happened.over', { bus: word('busAdapter', data.adapter) })} {data.relay && data.relay.lag > 0 && t('happened.relayLag', { n: data.relay.lag, time: span(data.relay.lagS * 1_000) })}
            </p>
            <Consumers rows={data.consumers} onReplay={setOpen} />
          </>
        )}
      </Part>
      {open && <Replay consumer={open} newest={bus.data?.newest ?? 0} onClose={() => setOpen(undefined)} />}
    </div>
  )
}

/** How far behind somebody is, by number and by age. */
function Lag({ one }: { one: EventConsumer }) {
  if (one.lag === 0) return <span className="quiet">{t('happened.upToDate')}</span>
  return (
    <span className={one.lagS > 60 ? 'figure-warn num' : 'num'}>
      {number(one.lag)}
      {one.lagExact ? '' : '+'} · {span(one.lagS * 1_000)}
    </span>
  )
}
const to = (one: EventConsumer, state: 'waiting' | 'parked') => filtered(paths.stuckEvents, { consumer: one.name, state })
const Stuck = ({ one, state }: { one: EventConsumer; state: 'waiting' | 'parked' }) => (one[state] > 0 ? <Link to={to(one, state)} className={`link num${state === 'parked' ? ' figure-bad' : ''}`}>{number(one[state])}</Link> : <span className="quiet">–</span>)

const Consumers = ({ rows, onReplay }: { rows: EventConsumer[]; onReplay: (one: EventConsumer) => void }) => (
  <Rows
    label={t('happened.consumers')}
    rows={rows}
    id={(one) => one.name}
    empty={t('happened.nobody')}
    columns={[
      { id: 'name', title: 'happened.consumer', width: 240, grow: true, cell: (one) => <>{word('consumer', one.name)}<span className="cell-note">{one.lastError ?? wordFor('consumerAbout', one.name) ?? one.about}</span></> },
      { id: 'lag', title: 'happened.lag', width: 90, end: true, cell: (one) => <Lag one={one} /> },
      { id: 'handled', title: 'happened.handled', width: 90, end: true, cell: (one) => number(one.handled) },
      { id: 'waiting', title: 'happened.waiting', width: 84, end: true, cell: (one) => <Stuck one={one} state="waiting" /> },
      { id: 'parked', title: 'happened.parked', width: 84, end: true, cell: (one) => <Stuck one={one} state="parked" /> },
      { id: 'replayed', title: 'happened.replayed', width: 100, moment: true, end: true, cell: (one) => (one.replayedAt ? <><By id={one.replayedBy} /><span className="cell-note"><When at={one.replayedAt} /></span></> : <span className="quiet">–</span>) },
      {
        id: 'deeds',
        deeds: true,
        title: 'happened.replay',
        width: 100,
        end: true,
        cell: (one) => (
          <Button small refuse={lacking('manage:job')} onClick={() => onReplay(one)}>
            {t('happened.replay')}
          </Button>
        ),
      },
    ]}
  />
)
