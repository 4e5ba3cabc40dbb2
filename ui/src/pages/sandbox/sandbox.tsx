/** The sandbox of payments as a developer plays it: what goes wrong, how it tells, what it was asked; and Purser healing while one looks. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Zap } from 'lucide-react'
import { useState } from 'react'
import { post, read, remove } from '@/api/client'
import type { Sandbox, SandboxFault } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { Tabs } from '@/frame/tabs'
import { t, word, wordFor } from '@/i18n'
import { number } from '@/lib/money'
import { span } from '@/lib/time'
import { filtered, paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { CopyButton, When } from '@/parts/values'
import { lacking, type Refuse } from '@/parts/why'
import { Figure, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { useMe } from '@/session'
import { Behaviour } from './behaviour'
import { DisputeForm } from './dispute-form'
import { FaultForm } from './fault-form'
import { PlantForm } from './plant-form'
import { LatestCalls, LatestMessages } from './latest'

export const sandboxQuery = read<Sandbox>('/sandbox')
/** Calls, messages and faults that count down are told by nobody: the page looks every three seconds. */
export const LOOKS = 3_000

export function SandboxPage() {
  const client = useQueryClient()
  const sandbox = useQuery({ ...sandboxQuery, refetchInterval: LOOKS, retry: false })
  const [open, setOpen] = useState<'fault' | 'dispute' | 'plant'>()
  const refuse: Refuse = lacking('play:sandbox') ?? (sandbox.data?.testMode === false && t('sandbox.notTest'))
  const plants: Refuse = lacking('reconcile:ledger') ?? (sandbox.data?.testMode === false && t('sandbox.notTest'))
  const currency = useMe().tenant.currency
  const settle = () => client.invalidateQueries({ queryKey: ['sandbox'] })
  const heal = () =>
    confirm({
      title: t('sandbox.heal'),
      body: t('sandbox.healBody', { n: sandbox.data?.faults.length ?? 0 }),
      deed: t('sandbox.heal'),
      run: async () => {
        await remove('/sandbox/faults')
        await settle()
        toast({ text: t('sandbox.healed') })
      },
    })
  const faulty = (sandbox.data?.faults.length ?? 0) > 0
  useActions([
    { id: 'fault', label: t('sandbox.addFault'), refuse, run: () => setOpen('fault') },
    { id: 'dispute', label: t('sandbox.dispute'), refuse, run: () => setOpen('dispute') },
    { id: 'plant', label: t('sandbox.plant'), refuse: plants, run: () => setOpen('plant') },
    ...(faulty ? [{ id: 'heal', label: t('sandbox.heal'), refuse, run: heal }] : []),
  ])
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('sandbox.title')}</h1>
        <span className="spring" />
        {faulty && (
          <Button refuse={refuse} onClick={heal}>
            {t('sandbox.heal')}
          </Button>
        )}
        <Button refuse={plants} onClick={() => setOpen('plant')}>
          {t('sandbox.plant')}
        </Button>
        <Button refuse={refuse} onClick={() => setOpen('dispute')}>
          {t('sandbox.dispute')}
        </Button>
        <Button look="primary" icon={<Zap size={14} />} refuse={refuse} onClick={() => setOpen('fault')}>
          {t('sandbox.addFault')}
        </Button>
      </header>
      <Tabs area="payments" />
      <Part query={sandbox} lines={10}>
        {(data) => <Whole data={data} refuse={refuse} settle={settle} />}
      </Part>
      {open === 'fault' && sandbox.data && <FaultForm codes={sandbox.data.declineCodes} onClose={() => setOpen(undefined)} onDone={() => (void settle(), setOpen(undefined))} />}
      {open === 'plant' && <PlantForm currency={currency} onClose={() => setOpen(undefined)} />}
      {open === 'dispute' && <DisputeForm onClose={() => setOpen(undefined)} />}
    </div>
  )
}

type WholeProps = { data: Sandbox; refuse: Refuse; settle: () => Promise<unknown> }
const Whole = ({ data, refuse, settle }: WholeProps) => (
  <div className="access-body sandbox">
    {!data.testMode && <p className="notice">{t('sandbox.notTest')}</p>}
    {data.testMode && !data.inUse && <p className="notice">{t('sandbox.notInUse')}</p>}
    <p className="section-lead">{t('sandbox.lead')}</p>
    <Waits data={data} refuse={refuse} settle={settle} />
    <Section title={t('sandbox.faults')} count={data.faults.length}>
      <Faults rows={data.faults} refuse={refuse} settle={settle} />
    </Section>
    <div className="sandbox-cols">
      <Section title={t('sandbox.calls')} actions={<ButtonLink small look="quiet" to={paths.sandboxCalls}>{t('sandbox.all')}</ButtonLink>}>
        <LatestCalls recording={data.recording} />
      </Section>
      <Section title={t('sandbox.messages')} actions={<ButtonLink small look="quiet" to={paths.sandboxMessages}>{t('sandbox.all')}</ButtonLink>}>
        <LatestMessages on={data.webhooks.enabled} />
      </Section>
    </div>
    <Section title={t('sandbox.behaviour')}>
      <Behaviour data={data} refuse={refuse} />
    </Section>
    <Section title={t('sandbox.cards')}>
      <p className="section-lead">{t('sandbox.cardsLead')}</p>
      <Cards rows={data.cards} />
    </Section>
  </div>
)

/** What waits there, and ending what takes its time. */
function Waits({ data, refuse, settle }: WholeProps) {
  const end = (outcome: 'succeed' | 'fail') =>
    void post<{ payments: string[] }>('/sandbox/settle', { outcome }).then(async ({ payments }) => {
      await settle()
      toast({ text: t(outcome === 'succeed' ? 'sandbox.ended' : 'sandbox.endedBadly', { n: payments.length }) })
    }, toastProblem)
  const idle = refuse || (data.waiting.payments === 0 && t('sandbox.nothingWaits'))
  return (
    <div className="figures figures-plain">
      <Figure
        name={t('sandbox.processing')}
        note={
          <span className="deeds">
            <Button small refuse={idle} onClick={() => end('succeed')}>
              {t('sandbox.succeed')}
            </Button>
            <Button small refuse={idle} onClick={() => end('fail')}>
              {t('sandbox.fail')}
            </Button>
          </span>
        }
      >
        {number(data.waiting.payments)}
      </Figure>
      <Figure name={t('sandbox.messagesWait')} to={filtered(paths.sandboxMessages, { state: 'waiting' })}>
        {number(data.waiting.messages)}
      </Figure>
      <Figure name={t('sandbox.unknown')} to={filtered(paths.payments, { state: 'unknown' })} note={t('sandbox.unknownNote')}>
        <Unknown />
      </Figure>
    </div>
  )
}

function Unknown() {
  const rows = useQuery({ ...read<unknown[]>('/payments', { state: 'unknown', limit: 50 }), refetchInterval: LOOKS }).data
  return rows === undefined ? '–' : rows.length === 50 ? '50+' : number(rows.length)
}

/** What is left of it: so many calls, or until when. */
const left = (fault: SandboxFault) => (fault.until ? <When at={fault.until} /> : t('sandbox.callsLeft', { n: fault.remaining ?? 0 }))
const detail = (fault: SandboxFault) => [fault.code && word('declineCode', fault.code), fault.millis && span(fault.millis)].filter(Boolean).join(' · ')

function Faults({ rows, refuse, settle }: { rows: SandboxFault[]; refuse: Refuse; settle: () => Promise<unknown> }) {
  const drop = (fault: SandboxFault) => void remove(`/sandbox/faults/${fault.id}`).then(settle, toastProblem)
  return (
    <Rows
      label={t('sandbox.faults')}
      rows={rows}
      id={(one) => one.id}
      empty={t('sandbox.noFaults')}
      columns={[
        { id: 'effect', title: 'sandbox.effect', width: 260, grow: true, cell: (one) => <>{word('sandboxEffect', one.effect)}<span className="cell-note">{wordFor('sandboxEffectHint', one.effect)}</span></> },
        { id: 'operation', title: 'sandbox.operation', width: 130, cell: (one) => word('sandboxCall', one.operation) },
        { id: 'detail', title: 'sandbox.detail', width: 140, cell: (one) => detail(one) || <span className="quiet">–</span> },
        { id: 'left', title: 'sandbox.left', width: 120, end: true, cell: left },
        {
          id: 'deeds',
          deeds: true,
          title: 'sandbox.dropFault',
          width: 90,
          end: true,
          cell: (one) => (
            <Button small refuse={refuse} onClick={() => drop(one)}>
              {t('sandbox.dropFault')}
            </Button>
          ),
        },
      ]}
    />
  )
}

const Cards = ({ rows }: { rows: Sandbox['cards'] }) => (
  <Rows
    label={t('sandbox.cards')}
    rows={rows}
    id={(one) => one.method}
    empty="–"
    columns={[
      { id: 'card', title: 'sandbox.card', width: 240, cell: (one) => wordFor('method', one.method) ?? one.label },
      { id: 'does', title: 'sandbox.does', width: 240, grow: true, cell: (one) => wordFor('methodHint', one.method) ?? one.does },
      { id: 'method', title: 'sandbox.method', width: 300, cell: (one) => <span className="id"><code>{one.method}</code><CopyButton text={one.method} /></span> },
    ]}
  />
)
