/** What other systems were told, whether it arrived, and telling them again. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { get, post, read } from '@/api/client'
import type { WebhookDelivery, WebhookDeliveryWhole, WebhookEndpoint } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { each } from '@/lib/each'
import { number } from '@/lib/money'
import { paths, subjectPath } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { CopyButton, Id, State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Facts, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { ListPage } from '@/table/list-page'
import type { BulkAction, ListSpec } from '@/table/spec'
import { worded } from '../filters'
import { hostOf } from './deeds'
import { endpointsQuery } from './endpoints'
import { pretty } from './pretty'
import { answer } from './try'

const none = <span className="quiet">–</span>
function To({ id }: { id: string }) {
  const found = useQuery(endpointsQuery).data?.find((one) => one.id === id)
  return found ? <span title={found.url}>{hostOf(found.url)}</span> : <Id id={id} />
}

const again: BulkAction = {
  id: 'resend',
  label: 'hooks.resend',
  right: 'manage:webhook',
  run: (ids, how) =>
    each(
      ids,
      async (id) => {
        if (!how.dryRun) await post(`/webhooks/deliveries/${id}/resend`)
        return { id, ok: true, changed: true }
      },
      how,
    ),
  effect: (result, done) => t(done ? 'hooks.resentMany' : 'hooks.resendMany', { n: result.changed }),
}

const deliveries: ListSpec<WebhookDelivery> = {
  area: 'deliveries',
  title: 'hooks.deliveries',
  path: '/webhooks/deliveries',
  sort: '-createdAt',
  search: true,
  topic: 'job',
  again: 'list',
  name: (row) => row.event,
  columns: [
    { id: 'event', title: 'hooks.event', width: 170, grow: 2, cell: (row) => <code>{row.event}</code> },
    { id: 'to', title: 'hooks.to', width: 150, grow: 1, cell: (row) => <To id={row.endpointId} /> },
    { id: 'state', title: 'hooks.state', width: 120, cell: (row) => <State value={row.state} words="hookState" /> },
    { id: 'said', title: 'hooks.answer', width: 160, grow: 2, drop: 2, cell: (row) => [row.lastStatus, row.lastError].filter(Boolean).join(' · ') || none },
    { id: 'tries', title: 'hooks.tries', width: 72, end: true, drop: 3, cell: (row) => number(row.attempts) },
    { id: 'next', title: 'hooks.next', width: 124, moment: true, end: true, drop: 1, cell: (row) => <When at={row.nextAt} /> },
    { id: 'when', title: 'hooks.when', width: 124, moment: true, end: true, sort: 'createdAt', cell: (row) => <When at={row.createdAt} /> },
    { id: 'subject', title: 'hooks.subject', width: 130, hidden: true, cell: (row) => <Id id={row.subjectId} /> },
    { id: 'id', title: 'hooks.id', width: 130, hidden: true, cell: (row) => <Id id={row.id} /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'hooks.state', options: () => worded(['pending', 'delivered', 'failed'], 'hookState') },
    { kind: 'record', field: 'endpointId', title: 'hooks.to', find: async (words) => (await get<WebhookEndpoint[]>('/webhooks/endpoints')).filter((one) => one.url.toLowerCase().includes(words.toLowerCase())).map((one) => ({ value: one.id, label: hostOf(one.url) })), name: async (id) => hostOf((await get<WebhookEndpoint>(`/webhooks/endpoints/${id}`)).url) },
    { kind: 'text', field: 'event', title: 'hooks.event' },
    { kind: 'dates', field: 'from', title: 'hooks.when' },
  ],
  bulk: [again],
  empty: { text: 'hooks.noDeliveries', action: () => <ButtonLink to={paths.webhooks}>{t('hooks.endpoints')}</ButtonLink> },
}

export const Deliveries = () => <ListPage spec={deliveries} above={<Tabs area="webhooks" />} peek={(id) => <DeliveryPeek id={id} />} />

function DeliveryPeek({ id }: { id: string }) {
  const delivery = useQuery(read<WebhookDeliveryWhole>(`/webhooks/deliveries/${id}`))
  return (
    <div className="peek">
      <Part query={delivery}>{(data) => <Facing delivery={data} />}</Part>
    </div>
  )
}

function Facing({ delivery }: { delivery: WebhookDeliveryWhole }) {
  const client = useQueryClient()
  const resend = () =>
    post(`/webhooks/deliveries/${delivery.id}/resend`).then(async () => {
      await client.invalidateQueries({ queryKey: ['webhooks'] })
      toast({ text: t('hooks.resent') })
    }, toastProblem)
  const about = subjectPath({ type: delivery.event.split('.')[0] ?? '', id: delivery.subjectId })
  return (
    <>
      <header className="peek-head">
        <h2 className="peek-title">
          <code>{delivery.event}</code>
        </h2>
      </header>
      <div className="peek-marks">
        <State value={delivery.state} words="hookState" />
        <Id id={delivery.id} />
        <span className="spring" />
        {about && <ButtonLink small look="quiet" to={about}>{t('hooks.about')}</ButtonLink>}
        <Button small icon={<RotateCw size={13} />} refuse={lacking('manage:webhook') ?? (delivery.state === 'pending' && t('hooks.queued'))} onClick={() => void resend()}>
          {t('hooks.resend')}
        </Button>
      </div>
      <Facts
        rows={[
          [t('hooks.to'), <To key="t" id={delivery.endpointId} />],
          [t('hooks.when'), <When key="w" at={delivery.createdAt} />],
          [t('hooks.arrived'), delivery.deliveredAt && <When key="a" at={delivery.deliveredAt} />],
          [t('hooks.next'), delivery.nextAt && <When key="n" at={delivery.nextAt} />],
        ]}
      />
      <Section title={t('hooks.triesTitle')} count={delivery.tries.length}>
        <Rows
          label={t('hooks.triesTitle')}
          rows={delivery.tries}
          id={(row) => row.id}
          empty={t('hooks.noTries')}
          columns={[
            { id: 'answer', title: 'hooks.answer', width: 200, grow: true, cell: (row) => <>{answer(row)}{row.excerpt && <span className="cell-note">{row.excerpt.slice(0, 200)}</span>}</> },
            { id: 'when', title: 'hooks.when', width: 110, moment: true, end: true, cell: (row) => <When at={row.at} /> },
          ]}
        />
      </Section>
      <Section title={t('hooks.body')} actions={<CopyButton text={delivery.body} label={t('hooks.copyBody')} />}>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it has to be reached by keys */}
        <pre className="hook-body" tabIndex={0}>{pretty(delivery.body)}</pre>
      </Section>
    </>
  )
}
