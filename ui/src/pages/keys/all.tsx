/** The API keys of everybody: whose they are, which nobody uses, and the way to revoke one. */
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { remove } from '@/api/client'
import type { HeldApiKey } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { worded } from '@/pages/filters'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { Column, ListSpec } from '@/table/spec'
import { stateOf } from './state'

function Revoke({ row }: { row: HeldApiKey }) {
  const client = useQueryClient()
  const { name } = row
  const revoke = () =>
    confirm({
      title: t('apiKeys.revokeTitle', { name }),
      body: t('apiKeys.revokeBody'),
      deed: t('apiKeys.revoke'),
      danger: true,
      name,
      run: async () => {
        await remove(`/users/${row.owner.id}/keys/${row.id}`)
        await Promise.all([client.invalidateQueries({ queryKey: ['keys'] }), client.invalidateQueries({ queryKey: ['users', row.owner.id] })])
        toast({ text: t('apiKeys.revoked', { name }) })
      },
    })
  return (
    <Button small look="quiet" refuse={stateOf(row) !== 'active' && t('apiKeys.isOver')} onClick={() => void revoke()}>
      {t('apiKeys.revoke')}
    </Button>
  )
}

const columns: Column<HeldApiKey>[] = [
  { id: 'name', title: 'apiKeys.name', width: 140, grow: 2, cell: (row) => row.name },
  { id: 'prefix', title: 'apiKeys.begins', width: 130, drop: 2, cell: (row) => <code>{row.prefix}…</code> },
  { id: 'owner', title: 'apiKeys.owner', width: 140, grow: 1, cell: (row) => (can('read:user') ? <Link to={paths.person(row.owner.id)} className="link">{row.owner.name}</Link> : row.owner.name) },
  { id: 'may', title: 'apiKeys.may', width: 90, drop: 1, cell: (row) => <span title={row.scopes.map((one) => word('permission', one)).join(', ')}>{t('apiKeys.scopes', { n: row.scopes.length })}</span> },
  { id: 'state', title: 'apiKeys.state', width: 100, cell: (row) => <State value={stateOf(row)} /> },
  { id: 'used', title: 'apiKeys.lastUsed', width: 120, moment: true, drop: 1, cell: (row) => <When at={row.lastUsedAt} /> },
  { id: 'until', title: 'apiKeys.until', width: 120, moment: true, drop: 3, sort: 'expiresAt', cell: (row) => <When at={row.expiresAt} /> },
  { id: 'made', title: 'apiKeys.made', width: 120, moment: true, sort: 'createdAt', cell: (row) => <When at={row.createdAt} /> },
  { id: 'networks', title: 'apiKeys.networks', width: 140, hidden: true, cell: (row) => <span title={row.allowedNetworks.join(', ')}>{row.allowedNetworks.join(', ') || t('apiKeys.anywhere')}</span> },
  { id: 'from', title: 'signIns.address', width: 130, hidden: true, cell: (row) => <code>{row.lastUsedIp ?? '–'}</code> },
  { id: 'revoke', deeds: true, title: 'apiKeys.revoke', width: 128, end: true, cell: (row) => <Revoke row={row} /> },
]

const keys: ListSpec<HeldApiKey> = {
  area: 'keys',
  title: 'apiKeys.title',
  path: '/keys/all',
  sort: '-createdAt',
  search: true,
  searches: 'apiKeys.searches',
  topic: 'session',
  again: 'list',
  name: (row) => row.name,
  columns,
  filters: [
    { kind: 'choice', field: 'state', title: 'apiKeys.state', options: () => worded(['active', 'expired', 'revoked']) },
    { kind: 'flag', field: 'unused', title: 'apiKeys.unused' },
  ],
  empty: { text: 'apiKeys.nobodys' },
}

export const AllKeys = () => <ListPage spec={keys} above={<Tabs area="signIns" />} />
