/** Webhooks: the places other systems are told at, how they stand, and how they are signed to. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ellipsis, Plus } from 'lucide-react'
import { useState } from 'react'
import { read } from '@/api/client'
import type { WebhookEndpoint, WebhookEndpointMade } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { filtered, paths } from '@/paths'
import { Button, IconButton } from '@/parts/button'
import { Menu } from '@/parts/menu'
import { Empty, Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Rows } from '@/record/rows'
import { AddEndpoint, EditEndpoint, EndpointSecret } from './change'
import { hostOf, standing, useEndpointDeeds } from './deeds'
import { isEverything } from './topics'
import { TryEndpoint } from './try'

type Open = { what: 'add' } | { what: 'edit' | 'try'; one: WebhookEndpoint } | { what: 'secret'; secret: string }

export const endpointsQuery = read<WebhookEndpoint[]>('/webhooks/endpoints')

export function Webhooks() {
  const endpoints = useQuery(endpointsQuery)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const show = (made: WebhookEndpointMade) => {
    if (made.secret) return setOpen({ what: 'secret', secret: made.secret })
    // The first answer was lost on its way, and a repeat is not told the secret.
    close()
    toast({ text: t('hooks.secretLost', { name: hostOf(made.url) }), bad: true })
  }
  const deeds = useEndpointDeeds(show)
  const lack = lacking('manage:webhook')
  const add = () => setOpen({ what: 'add' })
  useActions([{ id: 'add', label: t('hooks.add'), refuse: lack, run: add }])
  const make = (
    <Button look="primary" icon={<Plus size={14} />} refuse={lack} onClick={add}>
      {t('hooks.add')}
    </Button>
  )
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('frame.webhooks')}</h1>
        {endpoints.data && <span className="page-count">{endpoints.data.length}</span>}
        <span className="spring" />
        {make}
      </header>
      <Tabs area="webhooks" />
      <div className="access-body">
        <p className="section-lead">{t('hooks.lead')}</p>
        <Part query={endpoints} lines={5}>
          {(rows) => (rows.length === 0 ? <Empty action={make}>{t('hooks.none')}</Empty> : <Table rows={rows} deeds={deeds} lack={lack} onOpen={setOpen} />)}
        </Part>
      </div>
      {open?.what === 'add' && <AddEndpoint onClose={close} onDone={(made) => (void deeds.settle(), show(made))} />}
      {open?.what === 'edit' && <EditEndpoint endpoint={open.one} onClose={close} onDone={(next) => (void deeds.settle(), toast({ text: t('hooks.saved', { name: hostOf(next.url) }) }), close())} />}
      {open?.what === 'try' && <TryEndpoint endpoint={open.one} onClose={() => (void deeds.settle(), close())} />}
      {open?.what === 'secret' && <EndpointSecret secret={open.secret} onClose={close} />}
    </div>
  )
}

type TableProps = { rows: WebhookEndpoint[]; deeds: ReturnType<typeof useEndpointDeeds>; lack: ReturnType<typeof lacking>; onOpen: (open: Open) => void }
const Table = ({ rows, deeds, lack, onOpen }: TableProps) => (
  <Rows
    label={t('hooks.endpoints')}
    rows={rows}
    id={(row) => row.id}
    empty=""
    columns={[
      { id: 'url', title: 'hooks.url', width: 200, grow: true, cell: (row) => <><span title={row.url}>{row.url}</span><span className="cell-note">{row.description || t('hooks.noDescription')}</span></> },
      { id: 'state', title: 'hooks.state', width: 130, cell: (row) => <><State value={standing(row)} />{row.disabledReason && <span className="cell-note">{row.disabledReason}</span>}</> },
      { id: 'topics', title: 'hooks.topics', width: 120, cell: (row) => (isEverything(row.topics) ? t('hooks.all') : <span title={row.topics.join(', ')}>{t('hooks.kinds', { n: row.topics.length })}</span>) },
      { id: 'waiting', title: 'hooks.waiting', width: 90, end: true, cell: (row) => (row.waiting > 0 ? <Link to={filtered(paths.deliveries, { endpointId: row.id, state: 'pending' })} className="link num">{number(row.waiting)}</Link> : <span className="quiet">–</span>) },
      { id: 'secret', title: 'hooks.secret', width: 110, cell: (row) => <code>{row.secretPrefix}…</code> },
      { id: 'since', title: 'hooks.since', width: 110, end: true, cell: (row) => <When at={row.createdAt} /> },
      {
        id: 'deeds',
        deeds: true,
        title: 'common.more',
        width: 60,
        end: true,
        cell: (row) => (
          <Menu
            items={[
              { label: t('hooks.test'), refuse: lack, run: () => onOpen({ what: 'try', one: row }) },
              { label: t('common.edit'), refuse: lack, run: () => onOpen({ what: 'edit', one: row }) },
              { label: t(row.enabled ? 'hooks.off' : 'hooks.on'), refuse: lack, run: () => deeds.turn(row) },
              { label: t('hooks.rotate'), refuse: lack, run: () => deeds.rotate(row) },
              { label: t('hooks.drop'), danger: true, refuse: lack, run: () => deeds.drop(row) },
            ]}
            trigger={
              <IconButton label={`${t('common.more')}: ${hostOf(row.url)}`} hint={false}>
                <Ellipsis size={14} />
              </IconButton>
            }
          />
        ),
      },
    ]}
  />
)
