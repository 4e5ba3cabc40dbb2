/** Roles as a person chooses them: those the engine knows, the ones that come with Purser in the reader's language. */
import { read } from '@/api/client'
import type { RoleDefinition } from '@/api/shapes'
import { word, wordFor } from '@/i18n'
import { store } from '@/lib/store'
import { me } from '@/session'

/** Those that come with Purser. */
export const roles = ['owner', 'admin', 'moderator', 'support', 'finance', 'developer', 'auditor', 'user', 'guest']

export const rolesQuery = read<RoleDefinition[]>('/roles')
/** What the engine last said of roles, for cells and options that are no components. */
export const knownRoles = store<RoleDefinition[] | undefined>(undefined)

const found = (key: string) => knownRoles.get()?.find((role) => role.key === key)
/** A role at hand, by its own name where it is not one that comes with Purser. */
export const nameOf = (role: RoleDefinition) => wordFor('role', role.key) ?? role.name
export const roleName = (key: string) => wordFor('role', key) ?? found(key)?.name ?? word('role', key)
export const roleHint = (key: string) => wordFor('roleHint', key) ?? found(key)?.description ?? ''

export const roleOptions = () => (knownRoles.get()?.map((role) => role.key) ?? roles).toSorted(byRank).map((value) => ({ value, label: roleName(value) }))
const rank = (key: string) => (roles.indexOf(key) < 0 ? roles.indexOf('user') - 0.5 : roles.indexOf(key))
export const byRank = (a: string, b: string) => rank(a) - rank(b)

/** Whether everything in `wanted` is among what somebody holds; over everything includes over one's own. */
export const covers = (held: readonly string[], wanted: readonly string[]) => wanted.every((power) => held.includes(power) || held.includes(power.replace(/:own$/, '')))

/** Roles one may give: nobody gives what they do not hold, and only an owner makes an owner. `now` stays on offer. */
export function givenRoles(now?: string) {
  const mine = me.get()
  const held = [...(mine?.permissions ?? []), ...(mine?.own ?? []).map((right) => `${right}:own`)]
  const may = (key: string) => key === now || (key === 'owner' ? mine?.role === 'owner' : covers(held, found(key)?.effective ?? []))
  return roleOptions().filter((option) => may(option.value))
}
