/** Who tried to sign in, and how it went. */
import { get } from '@/api/client'
import type { SignInAttempt, User } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { country, countryCodes } from '@/lib/text'
import { findPeople, worded } from '@/pages/filters'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { accountColumn, attemptColumns } from './columns'

const risks = ['impossible_travel', 'new_country', 'after_failures', 'new_device', 'new_network', 'from_provider', 'no_second_factor']
const [when, outcome, ...rest] = attemptColumns as [(typeof attemptColumns)[0], ...typeof attemptColumns]
const attempts: ListSpec<SignInAttempt> = {
  area: 'sign-ins',
  title: 'signIns.title',
  path: '/sign-ins',
  sort: '-at',
  search: true,
  again: false,
  name: (row) => row.user?.name ?? row.email ?? row.id,
  columns: [{ ...when, sort: 'at' }, accountColumn, ...(outcome ? [outcome] : []), ...rest],
  filters: [
    { kind: 'choice', field: 'outcome', title: 'signIns.outcome', options: () => worded(['signed_in', 'refused']) },
    { kind: 'choice', field: 'risk', title: 'signIns.risks', options: () => worded(risks, 'signInRisk') },
    { kind: 'choice', field: 'place', title: 'signIns.place', options: () => [...worded(['here', 'private'], 'signInPlace'), ...countryCodes().map((code) => ({ value: code, label: country(code) }))] },
    { kind: 'record', field: 'userId', title: 'signIns.person', right: 'read:user', find: findPeople, name: async (id) => (await get<User>(`/users/${id}`)).name },
    { kind: 'text', field: 'ip', title: 'signIns.address' },
    { kind: 'dates', field: 'from', title: 'signIns.when' },
  ],
  empty: { text: 'signIns.empty' },
}

export const SignIns = () => <ListPage spec={attempts} above={<Tabs area="signIns" />} />
