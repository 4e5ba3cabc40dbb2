/** What payment providers told us: kept as it came, taken once, and taken again when somebody says so. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import { post, read } from '@/api/client'
import type { ProviderEvent, ProviderEventWhole } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { CopyButton, Id, State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Facts, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { worded } from '../filters'
import { pretty } from './pretty'

/** What is taken in and not yet followed up waits; elsewhere the same word says that goods are back. */
const HeardState = ({ state }: { state: string }) => <State value={state} words="heardState" {...(state === 'received' && { tone: 'idle' })} />

const none = <span className="quiet">–</span>
const heard: ListSpec<ProviderEvent> = {
  area: 'heard',
  title: 'hooks.heard',
  path: '/payment-providers/events',
  sort: '-receivedAt',
  search: true,
  topic: 'payment',
  again: 'list',
  name: (row) => row.kind,
  columns: [
    { id: 'kind', title: 'hooks.event', width: 216, grow: 2, cell: (row) => <code>{row.kind}</code> },
    { id: 'state', title: 'hooks.state', width: 152, cell: (row) => <HeardState state={row.state} /> },
    { id: 'outcome', title: 'hooks.outcome', width: 160, grow: 3, drop: 1, cell: (row) => row.outcome ?? none },
    { id: 'copies', title: 'hooks.copies', width: 116, end: true, drop: 2, cell: (row) => number(row.copies) },
    { id: 'when', title: 'hooks.received', width: 124, moment: true, end: true, sort: 'receivedAt', cell: (row) => <When at={row.receivedAt} /> },
    { id: 'provider', title: 'hooks.theirId', width: 180, hidden: true, cell: (row) => <code>{row.providerId}</code> },
    { id: 'id', title: 'hooks.id', width: 120, hidden: true, cell: (row) => <Id id={row.id} /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'hooks.state', options: () => worded(['unproved', 'received', 'processed', 'ignored', 'failed', 'rejected'], 'heardState') },
    { kind: 'record', field: 'paymentId', title: 'refunds.payment', find: async () => [], name: async (id) => `…${id.slice(-4)}`, linked: true },
  ],
  empty: { text: 'hooks.noHeard' },
}

export const Heard = () => <ListPage spec={heard} above={<Tabs area="webhooks" />} peek={(id) => <HeardPeek id={id} />} />

function HeardPeek({ id }: { id: string }) {
  const event = useQuery(read<ProviderEventWhole>(`/payment-providers/events/${id}`))
  return (
    <div className="peek">
      <Part query={event}>{(data) => <Facing event={data} />}</Part>
    </div>
  )
}

function Facing({ event }: { event: ProviderEventWhole }) {
  const client = useQueryClient()
  const unproved = event.state === 'unproved'
  const bad = event.state === 'failed' || event.state === 'rejected'
  const replay = () =>
    post(`/payment-providers/events/${event.id}/replay`).then(async () => {
      await client.invalidateQueries({ queryKey: ['payment-providers'] })
      toast({ text: t('hooks.replayed') })
    }, toastProblem)
  return (
    <>
      <header className="peek-head">
        <h2 className="peek-title">
          <code>{event.kind}</code>
        </h2>
      </header>
      <div className="peek-marks">
        <HeardState state={event.state} />
        <Id id={event.id} />
        <span className="spring" />
        <Button small icon={<RotateCw size={13} />} refuse={lacking('manage:webhook')} onClick={() => void replay()}>
          {t('hooks.replay')}
        </Button>
      </div>
      {unproved && <p className="notice">{event.outcome ?? t('hooks.unproved')}</p>}
      {bad && event.outcome && <p className="notice notice-bad">{event.outcome}</p>}
      <Facts
        rows={[
          [t('hooks.outcome'), !unproved && !bad && event.outcome],
          [t('refunds.payment'), event.paymentId && <Link key="o" to={paths.payment(event.paymentId)} className="link">{t('hooks.openPayment')}</Link>],
          [t('hooks.received'), <When key="r" at={event.receivedAt} />],
          [t(unproved || event.state === 'rejected' ? 'hooks.checked' : 'hooks.processed'), event.processedAt && <When key="p" at={event.processedAt} />],
          [t('hooks.copies'), number(event.copies)],
          [t('hooks.theirId'), <code key="t">{event.providerId}</code>],
        ]}
      />
      <Section title={t('hooks.body')} actions={<CopyButton text={event.body} label={t('hooks.copyBody')} />}>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it has to be reached by keys */}
        <pre className="hook-body" tabIndex={0}>{pretty(event.body)}</pre>
      </Section>
      <Section title={t('hooks.headers')}>
        <Rows
          label={t('hooks.headers')}
          rows={event.headers}
          id={(row) => row.name}
          empty="–"
          columns={[
            { id: 'name', title: 'hooks.header', width: 160, cell: (row) => <code>{row.name}</code> },
            { id: 'value', title: 'hooks.value', width: 200, grow: true, cell: (row) => <span className="hash">{row.value}</span> },
          ]}
        />
      </Section>
    </>
  )
}
