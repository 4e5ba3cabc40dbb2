/** Who was refused what, by a missing right or by a policy, and who would have been. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get } from '@/api/client'
import type { Policy, Refusal, User } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { en } from '@/i18n/en'
import { findPeople } from '@/pages/filters'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { State, When } from '@/parts/values'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { policiesQuery } from './policies'

function By({ row }: { row: Refusal }) {
  const name = useQuery({ ...policiesQuery, enabled: Boolean(row.policyId) }).data?.find((one) => one.id === row.policyId)?.name
  if (!row.policyId) return <span className="quiet">{t('refusals.noRight')}</span>
  return <Link to={`${paths.policy(row.policyId)}${row.line ? `?line=${row.line}` : ''}`} className="link">{name ?? t('refusals.policy')}{row.line ? `, ${t('policy.line', { n: row.line })}` : ''}</Link>
}

const refusals: ListSpec<Refusal> = {
  area: 'refusals',
  title: 'access.refusals',
  path: '/access/refusals',
  sort: '-at',
  search: true,
  again: false,
  name: (row) => row.userName,
  columns: [
    { id: 'when', title: 'refusals.when', width: 130, moment: true, cell: (row) => <When at={row.at} /> },
    { id: 'who', title: 'refusals.who', width: 160, grow: 1, cell: (row) => <PersonLink id={row.userId} look="link">{row.userName}</PersonLink> },
    { id: 'what', title: 'refusals.what', width: 180, grow: 1, cell: (row) => word('permission', row.permission) },
    { id: 'by', title: 'refusals.by', width: 190, grow: 1, cell: (row) => <By row={row} /> },
    { id: 'outcome', title: 'refusals.outcome', width: 150, cell: (row) => <State value={row.shadow ? 'would_refuse' : 'refused'} /> },
    { id: 'why', title: 'why.ask1', width: 80, end: true, cell: (row) => <ButtonLink small look="quiet" to={filtered(paths.explain, { userId: row.userId, permission: row.permission })}>{t('why.ask1')}</ButtonLink> },
  ],
  filters: [
    { kind: 'record', field: 'userId', title: 'refusals.who', right: 'read:user', find: findPeople, name: async (id) => (await get<User>(`/users/${id}`)).name },
    { kind: 'choice', field: 'permission', title: 'refusals.what', options: () => Object.keys(en.permission).map((value) => ({ value, label: word('permission', value) })) },
    { kind: 'record', field: 'policyId', title: 'refusals.policy', find: async (words) => (await get<Policy[]>('/policies')).filter((one) => one.name.toLowerCase().includes(words.toLowerCase())).map((one) => ({ value: one.id, label: one.name })), name: async (id) => (await get<Policy>(`/policies/${id}`)).name },
    { kind: 'flag', field: 'shadow', title: 'refusals.shadow' },
  ],
  empty: { text: 'refusals.empty' },
}

export const RefusalsPage = () => <ListPage spec={refusals} above={<Tabs area="access" />} />
