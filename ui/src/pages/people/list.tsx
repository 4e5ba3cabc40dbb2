/** Everybody: customers and staff. */
import { Unreadable } from '@/parts/unreadable'
import { Link } from '@tanstack/react-router'
import { Plus, Upload } from 'lucide-react'
import type { User } from '@/api/shapes'
import { t, word } from '@/i18n'
import { countryOptions, tongueName } from '@/lib/countries'
import { country } from '@/lib/text'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Id, State, When } from '@/parts/values'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { deeds } from './bulk'
import { PersonPeek } from './peek'
import { roleName, roleOptions } from './roles'

const standings = ['active', 'invited', 'locked', 'deleted']

export const people: ListSpec<User> = {
  area: 'users',
  title: 'people.title',
  path: '/users',
  sort: '-createdAt',
  search: true,
  searches: 'people.searches',
  topic: 'user',
  exports: '/users/export',
  exportRight: 'export:user',
  name: (user) => user.name,
  to: (user) => paths.person(user.id),
  page: paths.person,
  columns: [
    { id: 'name', title: 'people.name', width: 150, grow: 2, sort: 'name', cell: (user) => <Link to={paths.person(user.id)} className="link">{user.erasedAt ? t('people.erasedName') : user.name}</Link> },
    { id: 'email', title: 'people.email', width: 190, drop: 1, grow: 3, sort: 'email', cell: (user) => (user.erasedAt ? <span className="quiet">–</span> : user.email) },
    { id: 'role', title: 'people.role', width: 100, cell: (user) => roleName(user.role) },
    { id: 'status', title: 'people.status', width: 96, cell: (user) => <State value={user.erasedAt ? 'erased' : user.status} /> },
    { id: 'country', title: 'people.country', width: 132, drop: 3, grow: 1, cell: (user) => country(user.country) || <span className="quiet">–</span> },
    { id: 'seen', title: 'people.lastLogin', width: 124, moment: true, drop: 2, end: true, sort: 'lastLoginAt', cell: (user) => <When at={user.lastLoginAt} /> },
    { id: 'since', title: 'people.since', width: 132, moment: true, end: true, sort: 'createdAt', cell: (user) => <When at={user.createdAt} /> },
    { id: 'phone', title: 'people.phone', width: 140, hidden: true, cell: (user) => (user.unreadable?.includes('phone') ? <Unreadable /> : (user.phone ?? '')) },
    { id: 'language', title: 'people.language', width: 110, hidden: true, cell: (user) => tongueName(user.language) },
    { id: 'reason', title: 'people.lockReason', width: 180, hidden: true, cell: (user) => user.lockReason ?? '' },
    { id: 'id', title: 'people.id', width: 120, hidden: true, cell: (user) => <Id id={user.id} kind="user" /> },
  ],
  filters: [
    { kind: 'choice', field: 'status', title: 'people.status', options: () => standings.map((value) => ({ value, label: word('state', value) })) },
    { kind: 'choice', field: 'role', title: 'people.role', options: roleOptions },
    { kind: 'choice', field: 'country', title: 'people.country', options: countryOptions },
    { kind: 'dates', field: 'from', title: 'people.since' },
  ],
  bulk: deeds,
  empty: { text: 'people.empty', action: () => can('create:user') && <ButtonLink to={paths.newPerson}>{t('people.invite')}</ButtonLink> },
}

export const People = () => (
  <ListPage
    spec={people}
    peek={(id) => <PersonPeek id={id} />}
    actions={
      <>
        {can('run:import') && <ButtonLink to={filtered(paths.imports, { kind: 'people' })} icon={<Upload size={14} />}>{t('people.import')}</ButtonLink>}
        {can('create:user') && <ButtonLink to={paths.newPerson} look="primary" icon={<Plus size={14} />}>{t('people.invite')}</ButtonLink>}
      </>
    }
  />
)
