/** Roles against permissions: what a cell says, what a press makes of it, what a draft changes. Pure. */
import type { PermissionWords, RoleDefinition } from '@/api/shapes'

export type Cell = 'none' | 'own' | 'any'
export type Drafts = Record<string, string[]>

const narrow = (permission: string) => `${permission}:own`
const within = (powers: readonly string[], permission: string): Cell => (powers.includes(permission) ? 'any' : powers.includes(narrow(permission)) ? 'own' : 'none')
const rank = { none: 0, own: 1, any: 2 }

/** Powers a role has by itself, as they stand or as drafted. */
export const ownPowers = (role: RoleDefinition, drafts: Drafts) => drafts[role.key] ?? role.permissions

/** Everything it inherits, drafts of others counted in; a circle ends where it began. */
export function inherited(role: RoleDefinition, roles: readonly RoleDefinition[], drafts: Drafts, seen: Set<string> = new Set([role.key])): Set<string> {
  const all = new Set<string>()
  for (const key of role.inherits) {
    const from = roles.find((one) => one.key === key)
    if (!from || seen.has(key)) continue
    const deeper = inherited(from, roles, drafts, new Set([...seen, key]))
    for (const power of [...ownPowers(from, drafts), ...deeper]) all.add(power)
  }
  return all
}

export type Shown = { own: Cell; from: Cell; changed: boolean }
export function cellOf(permission: string, role: RoleDefinition, roles: readonly RoleDefinition[], drafts: Drafts): Shown {
  const own = within(ownPowers(role, drafts), permission)
  return { own, from: within([...inherited(role, roles, drafts)], permission), changed: own !== within(role.permissions, permission) }
}
/** What counts in the end. */
export const strongest = ({ own, from }: Pick<Shown, 'own' | 'from'>): Cell => (rank[own] >= rank[from] ? own : from)

/** One press: none, over one's own where that exists, over everything, none again. */
export const next = (cell: Cell, words: Pick<PermissionWords, 'own'>): Cell => (cell === 'none' ? (words.own ? 'own' : 'any') : cell === 'own' ? 'any' : 'none')

export function put(role: RoleDefinition, permission: string, cell: Cell, drafts: Drafts): Drafts {
  const rest = ownPowers(role, drafts).filter((power) => power !== permission && power !== narrow(permission))
  const powers = cell === 'none' ? rest : [...rest, cell === 'any' ? permission : narrow(permission)]
  const same = powers.length === role.permissions.length && powers.every((power) => role.permissions.includes(power))
  const others = Object.fromEntries(Object.entries(drafts).filter(([key]) => key !== role.key))
  return same ? others : { ...others, [role.key]: powers }
}

/** Permissions under what they are about, in the engine's order. */
export function grouped(words: readonly PermissionWords[]): { resource: string; rows: PermissionWords[] }[] {
  const groups = new Map<string, PermissionWords[]>()
  for (const one of words) groups.set(one.resource, [...(groups.get(one.resource) ?? []), one])
  return [...groups].map(([resource, rows]) => ({ resource, rows }))
}

/** How many cells are changed. */
export const changes = (roles: readonly RoleDefinition[], drafts: Drafts) =>
  roles.reduce((sum, role) => {
    const now = drafts[role.key]
    if (!now) return sum
    const touched = new Set([...now, ...role.permissions].filter((power) => now.includes(power) !== role.permissions.includes(power)).map((power) => power.replace(/:own$/, '')))
    return sum + touched.size
  }, 0)
