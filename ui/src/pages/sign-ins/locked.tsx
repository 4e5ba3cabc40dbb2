/** Whom too many failures keep out at this moment, and the way to let them in. */
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get, post } from '@/api/client'
import type { LockedAccount, Lockout } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { each } from '@/lib/each'
import { filtered, paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { BulkAction, Column, ListSpec } from '@/table/spec'
import { PersonPeek } from '../people/peek'
import { unlockSignIn } from './unlock'

/** What is refused: the password, codes, or both. */
const refused = (row: LockedAccount) =>
  [row.passwordLockedUntil && t('signIns.lockedPassword'), row.factorsLockedUntil && t('signIns.lockedCodes')].filter(Boolean).join(', ')

const from = (row: LockedAccount) => {
  if (!row.address) return row.everywhere ? t('signIns.fromEverywhere') : <span className="quiet">–</span>
  const more = row.addresses - 1
  return (
    <>
      <code>{row.address}</code>
      {more > 0 && ` ${t('signIns.andMore', { n: more })}`}
      {row.everywhere && ` · ${t('signIns.fromEverywhere')}`}
    </>
  )
}

function Unlock({ row }: { row: LockedAccount }) {
  const client = useQueryClient()
  const reload = () => Promise.all([client.invalidateQueries({ queryKey: ['lockouts'] }), client.invalidateQueries({ queryKey: ['users', row.id] })])
  return (
    <Button small look="quiet" refuse={lacking('update:user', { type: 'user', id: row.id })} onClick={() => void unlockSignIn(row, reload)}>
      {t('signIns.unlockShort')}
    </Button>
  )
}

const columns: Column<LockedAccount>[] = [
  { id: 'account', title: 'signIns.account', width: 150, grow: 2, cell: (row) => (can('read:user') ? <Link to={paths.person(row.id)} className="link">{row.name}</Link> : row.name) },
  { id: 'email', title: 'signIns.email', width: 180, grow: 2, drop: 1, cell: (row) => row.email },
  { id: 'refused', title: 'signIns.refused', width: 120, drop: 1, cell: refused },
  { id: 'until', title: 'signIns.until', width: 120, moment: true, sort: 'lockedUntil', cell: (row) => <When at={row.lockedUntil} /> },
  { id: 'failures', title: 'signIns.failures', width: 90, end: true, drop: 2, cell: (row) => row.failures },
  { id: 'from', title: 'signIns.address', width: 170, grow: 1, drop: 3, cell: from },
  { id: 'last', title: 'signIns.lastFailure', width: 150, moment: true, sort: 'lastFailureAt', cell: (row) => <When at={row.lastFailureAt} /> },
  { id: 'unlock', deeds: true, title: 'signIns.unlockShort', width: 128, end: true, cell: (row) => <Unlock row={row} /> },
]

/** Each by itself: one whose account is out of reach does not keep the others out. */
const unlockMany: BulkAction = {
  id: 'unlock',
  label: 'signIns.unlockShort',
  right: 'update:user',
  run: (ids, how) =>
    each(
      ids,
      async (id) => {
        const { locked: changed } = await get<Lockout>(`/users/${id}/lockout`)
        if (changed && !how.dryRun) await post(`/users/${id}/unlock`)
        return { id, ok: true, changed }
      },
      how,
    ),
  effect: (result, done) =>
    [t(done ? 'people.didUnlock' : 'people.willUnlock', { n: result.changed }), result.unchanged > 0 && t('people.alreadyActive', { n: result.unchanged }), result.failed > 0 && t('people.refusedSome', { n: result.failed })]
      .filter(Boolean)
      .join(', '),
}

const locked: ListSpec<LockedAccount> = {
  area: 'lockouts',
  title: 'signIns.lockedTitle',
  path: '/lockouts',
  sort: '-lastFailureAt',
  search: true,
  searches: 'signIns.lockedSearches',
  topic: 'user',
  again: 'list',
  name: (row) => row.name,
  columns,
  filters: [],
  bulk: [unlockMany],
  empty: { text: 'signIns.lockedEmpty' },
}

/** Accounts somebody locked stand among the people; these here were locked by nobody. */
const ByHand = () => can('read:user') && <ButtonLink to={filtered(paths.people, { status: 'locked' })}>{t('signIns.lockedByHand')}</ButtonLink>

export const LockedAccounts = () => (
  <ListPage spec={locked} above={<Tabs area="signIns" />} actions={<ByHand />} {...(can('read:user') ? { peek: (id: string) => <PersonPeek id={id} /> } : {})} />
)
