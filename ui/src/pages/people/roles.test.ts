import { describe, expect, it } from 'vitest'
import { byRank, covers, knownRoles, roleName, roleOptions } from './roles'

describe('roles', () => {
  it('cover what is over one’s own by what is over everything, not the other way round', () => {
    expect(covers(['read:order'], ['read:order:own', 'read:order'])).toBe(true)
    expect(covers(['read:order:own'], ['read:order:own'])).toBe(true)
    expect(covers(['read:order:own'], ['read:order'])).toBe(false)
  })
  it('of a business of its own stand before customers, by the name it gave them', () => {
    knownRoles.set([{ key: 'night_shift', name: 'Night shift' }, { key: 'user', name: 'x' }, { key: 'owner', name: 'y' }] as never)
    expect(roleOptions().map((one) => one.label)).toEqual(['Owner', 'Night shift', 'User'])
    expect(roleName('unheard_of')).toBe('Unheard of')
    knownRoles.set(undefined)
  })
  it('are offered as they come without the engine’s list', () => {
    expect(roleOptions()[0]?.value).toBe('owner')
    expect(['guest', 'owner'].toSorted(byRank)).toEqual(['owner', 'guest'])
  })
})
