/** Who takes the money: connections to payment providers, how they are, and which of them new payments go to. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, Ellipsis, Plus, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { patch, post, read, remove } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Gateway, GatewayTest } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { Tabs } from '@/frame/tabs'
import { t, word, wordFor } from '@/i18n'
import { Button, IconButton } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Dialog } from '@/parts/dialog'
import { Menu } from '@/parts/menu'
import { Bones, Failure, Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { CopyButton, State } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Rows } from '@/record/rows'
import { GatewayForm } from './form'

type Open = { what: 'add' } | { what: 'edit' | 'test' | 'told'; one: Gateway }
/** Switched off, or as its provider answers. */
const standing = (one: Gateway) => (!one.enabled ? 'off' : one.health === 'closed' ? 'active' : 'failing')

export function Gateways() {
  const client = useQueryClient()
  const gateways = useQuery(read<Gateway[]>('/payment-providers'))
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const lack = lacking('manage:gateway')
  const settle = () => client.invalidateQueries({ queryKey: ['payment-providers'] })
  const change = (one: Gateway, body: Partial<Pick<Gateway, 'enabled' | 'leads'>>) => void patch(`/payment-providers/${one.id}`, body, one.version).then(settle, toastProblem)
  const lead = (one: Gateway) =>
    confirm({
      title: t('gateways.leadTitle', { name: one.name }),
      body: t(one.live ? 'gateways.leadLive' : 'gateways.leadTest'),
      deed: t('gateways.lead'),
      danger: one.live,
      name: one.name,
      run: async () => {
        await patch(`/payment-providers/${one.id}`, { leads: true }, one.version)
        await settle()
        toast({ text: t('gateways.leads', { name: one.name }) })
      },
    })
  const drop = (one: Gateway) =>
    confirm({
      title: t('gateways.dropTitle', { name: one.name }),
      body: t('gateways.dropBody'),
      deed: t('gateways.drop'),
      danger: true,
      name: one.name,
      run: async () => {
        await remove(`/payment-providers/${one.id}`).catch((error: unknown) => {
          throw error instanceof Problem && error.code === 'has_payments' ? new Problem(409, { code: error.code, title: t('gateways.hasPayments') }) : error
        })
        await settle()
        toast({ text: t('gateways.dropped', { name: one.name }) })
      },
    })
  const add = () => setOpen({ what: 'add' })
  useActions([{ id: 'add', label: t('gateways.add'), refuse: lack, run: add }])
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('gateways.title')}</h1>
        {gateways.data && <span className="page-count">{gateways.data.length}</span>}
        <span className="spring" />
        <Button look="primary" icon={<Plus size={14} />} refuse={lack} onClick={add}>
          {t('gateways.add')}
        </Button>
      </header>
      <Tabs area="payments" />
      <div className="access-body">
        <Part query={gateways} lines={4}>
          {(rows) => (
            <>
              <p className={rows.some((row) => row.leads && row.enabled) ? 'section-lead' : 'form-note'}>{t(rows.some((row) => row.leads && row.enabled) ? 'gateways.lead1' : 'gateways.sandboxLeads')}</p>
              <Rows
                label={t('gateways.title')}
                rows={rows}
                id={(row) => row.id}
                empty={t('gateways.none')}
                columns={[
                  { id: 'name', title: 'gateways.name', width: 180, grow: true, cell: (row) => <>{row.name}{row.leads && <span className="cell-note">{t('gateways.takesNew')}</span>}</> },
                  { id: 'kind', title: 'gateways.kind', width: 110, cell: (row) => word('provider', row.kind) },
                  { id: 'mode', title: 'gateways.mode', width: 110, cell: (row) => t(row.live ? 'gateways.live' : 'gateways.test') },
                  { id: 'state', title: 'hooks.state', width: 120, cell: (row) => <State value={standing(row)} /> },
                  { id: 'hook', title: 'gateways.notices', width: 150, cell: (row) => (row.hasWebhookSecret || row.webhookReference ? t('gateways.signed') : <span className="may-no">{t('gateways.unsigned')}</span>) },
                  {
                    id: 'deeds',
                    deeds: true,
                    title: 'common.more',
                    width: 60,
                    end: true,
                    cell: (row) => (
                      <Menu
                        items={[
                          { label: t('gateways.try'), refuse: lack, run: () => setOpen({ what: 'test', one: row }) },
                          { label: t('gateways.told'), run: () => setOpen({ what: 'told', one: row }) },
                          { label: t('common.edit'), refuse: lack, run: () => setOpen({ what: 'edit', one: row }) },
                          { label: t('gateways.lead'), refuse: lack ?? (row.leads ? t('gateways.leadsAlready') : !row.enabled && t('gateways.isOff')), run: () => lead(row) },
                          { label: t(row.enabled ? 'hooks.off' : 'hooks.on'), refuse: lack, run: () => change(row, { enabled: !row.enabled }) },
                          { label: t('gateways.drop'), danger: true, refuse: lack, run: () => drop(row) },
                        ]}
                        trigger={
                          <IconButton label={`${t('common.more')}: ${row.name}`} hint={false}>
                            <Ellipsis size={14} />
                          </IconButton>
                        }
                      />
                    ),
                  },
                ]}
              />
            </>
          )}
        </Part>
      </div>
      {open?.what === 'add' && <GatewayForm onClose={close} onDone={(made) => (void settle(), setOpen({ what: 'told', one: made }))} />}
      {open?.what === 'edit' && <GatewayForm gateway={open.one} onClose={close} onDone={(next) => (void settle(), toast({ text: t('hooks.saved', { name: next.name }) }), close())} />}
      {open?.what === 'told' && <Told gateway={open.one} onClose={close} onTest={() => setOpen({ what: 'test', one: open.one })} />}
      {open?.what === 'test' && <Try gateway={open.one} onClose={close} />}
    </div>
  )
}

const Told = ({ gateway, onClose, onTest }: { gateway: Gateway; onClose: () => void; onTest: () => void }) => (
  <Dialog
    open
    onClose={onClose}
    title={t('gateways.toldTitle', { name: gateway.name })}
    lead={t('gateways.toldLead')}
    foot={
      <>
        <Button onClick={onClose}>{t('common.close')}</Button>
        <Button look="primary" refuse={lacking('manage:gateway')} onClick={onTest}>
          {t('gateways.try')}
        </Button>
      </>
    }
    wide
  >
    <p className="scan-key">
      <code>{gateway.webhookUrl}</code>
      <CopyButton text={gateway.webhookUrl} label={t('gateways.copyUrl')} />
    </p>
  </Dialog>
)

function Try({ gateway, onClose }: { gateway: Gateway; onClose: () => void }) {
  const run = useMutation({ mutationFn: () => post<GatewayTest>(`/payment-providers/${gateway.id}/test`) })
  const { mutate } = run
  useEffect(() => mutate(), [mutate])
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('providers.testTitle', { name: gateway.name })}
      foot={
        <>
          <Button onClick={onClose}>{t('common.close')}</Button>
          <Button busy={run.isPending} onClick={() => mutate()}>
            {t('providers.testAgain')}
          </Button>
        </>
      }
      wide
    >
      <div aria-live="polite">
        {run.isPending && !run.data && <Bones lines={3} />}
        {run.error && <Failure problem={run.error} small />}
        {run.data && (
          <>
            <p className={run.data.ok ? 'section-lead' : 'form-note'}>{t(run.data.ok ? 'gateways.testGood' : 'gateways.testBad')}</p>
            <ul className="checks">
              {run.data.steps.map((step) => (
                <li key={step.name} className={`test-step ${step.ok ? 'check-good' : 'check-bad'}`}>
                  {step.ok ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />}
                  <span>
                    {wordFor('gatewayStep', step.name) ?? step.name} <span className="unseen">{word('providerTest', step.ok ? 'ok' : 'failed')}</span>
                  </span>
                  <span className="quiet said">{step.detail}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Dialog>
  )
}
