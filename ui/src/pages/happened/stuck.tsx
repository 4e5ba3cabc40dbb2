/** Events somebody could not act on: tried again by themselves, or given up until a person decides. */
import { useQueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { StuckEvent } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { toast, toastProblem } from '@/parts/toasts'
import { Id, State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Facts } from '@/record/record-page'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { worded } from '../filters'
import { About } from './happened'

const stuck: ListSpec<StuckEvent> = {
  area: 'stuck-events',
  title: 'happened.stuck',
  path: '/events/stuck',
  sort: '-createdAt',
  topic: 'job',
  again: 'list',
  name: (row) => `${row.event} ${row.seq}`,
  columns: [
    { id: 'event', title: 'happened.name', width: 170, grow: 2, cell: (row) => <code>{row.event}</code> },
    { id: 'consumer', title: 'happened.consumer', width: 130, grow: 1, cell: (row) => word('consumer', row.consumer) },
    { id: 'state', title: 'jobs.state', width: 140, cell: (row) => <State value={row.state} words="stuckState" /> },
    { id: 'error', title: 'jobs.error', width: 200, grow: 3, drop: 1, cell: (row) => row.error ?? (row.blockedBehind ? t('happened.behind') : <span className="quiet">–</span>) },
    { id: 'tries', title: 'jobs.tries', width: 84, end: true, drop: 2, cell: (row) => number(row.attempts) },
    { id: 'next', title: 'hooks.next', width: 124, moment: true, end: true, drop: 3, cell: (row) => <When at={row.nextAt} /> },
    { id: 'when', title: 'happened.since', width: 124, moment: true, end: true, sort: 'createdAt', cell: (row) => <When at={row.createdAt} /> },
    { id: 'about', title: 'runs.about', width: 140, hidden: true, cell: (row) => <About name={row.event} id={row.subjectId} /> },
    { id: 'id', title: 'jobs.id', width: 120, hidden: true, cell: (row) => <Id id={row.id} /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'jobs.state', options: () => worded(['parked', 'waiting'], 'stuckState') },
    { kind: 'choice', field: 'consumer', title: 'happened.consumer', options: () => worded(['webhooks', 'history'], 'consumer') },
  ],
  empty: { text: 'happened.noneStuck', action: () => <ButtonLink to={paths.happened}>{t('happened.title')}</ButtonLink> },
}

export const StuckEvents = () => <ListPage spec={stuck} above={<Tabs area="jobs" />} peek={(_, row) => <StuckPeek row={row} />} />

function StuckPeek({ row }: { row: StuckEvent | undefined }) {
  const client = useQueryClient()
  if (!row) return <p className="quiet">{t('happened.isGone')}</p>
  const settle = (text: string) => Promise.all([client.invalidateQueries({ queryKey: ['events'] }), Promise.resolve(toast({ text }))])
  const retry = () => void post(`/events/stuck/${row.id}/retry`).then(() => settle(t('happened.retried')), toastProblem)
  const skip = () =>
    confirm({
      title: t('happened.skipTitle', { event: row.event }),
      body: t('happened.skipBody', { name: word('consumer', row.consumer) }),
      deed: t('happened.skip'),
      danger: true,
      name: row.event,
      reason: 'required',
      run: async (reason) => {
        await post(`/events/stuck/${row.id}/skip`, { reason })
        await settle(t('happened.skipped'))
      },
    })
  const lack = lacking('manage:job')
  return (
    <div className="peek">
      <header className="peek-head">
        <h2 className="peek-title">
          <code>{row.event}</code>
        </h2>
      </header>
      <div className="peek-marks">
        <State value={row.state} words="stuckState" />
        <About name={row.event} id={row.subjectId} />
      </div>
      {(row.error ?? row.blockedBehind) && <p className={row.state === 'parked' ? 'notice notice-bad' : 'notice'}>{row.error ?? t('happened.behind')}</p>}
      <Facts
        rows={[
          [t('happened.consumer'), word('consumer', row.consumer)],
          [t('happened.seq'), number(row.seq)],
          [t('happened.when'), <When key="h" at={row.at} />],
          [t('happened.since'), <When key="s" at={row.createdAt} />],
          [t('jobs.tries'), number(row.attempts)],
          [t('hooks.next'), row.nextAt && <When key="n" at={row.nextAt} />],
        ]}
      />
      <div className="peek-deeds">
        <Button look="danger" refuse={lack} onClick={skip}>
          {t('happened.skip')}
        </Button>
        <Button look="primary" refuse={lack} onClick={retry}>
          {t('jobs.retry')}
        </Button>
      </div>
    </div>
  )
}
