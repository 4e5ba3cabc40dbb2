import { describe, expect, it } from 'vitest'
import type { RoleDefinition } from '@/api/shapes'
import { cellOf, changes, next, put, strongest } from './matrix'

const role = (key: string, permissions: string[], inherits: string[] = []) => ({ key, permissions, inherits }) as unknown as RoleDefinition
const agent = role('agent', ['read:order', 'refund:order'])
const night = role('night', ['read:user'], ['agent'])
const roles = [agent, night]

describe('the matrix', () => {
  it('tells what a role has by itself from what it inherits', () => {
    expect(cellOf('read:order', night, roles, {})).toEqual({ own: 'none', from: 'any', changed: false })
    expect(strongest({ own: 'own', from: 'any' })).toBe('any')
  })
  it('inherits what is drafted elsewhere, and survives a circle', () => {
    const drafts = put(agent, 'create:order', 'any', {})
    expect(cellOf('create:order', night, roles, drafts).from).toBe('any')
    const one = role('one', ['read:user'], ['two'])
    const two = role('two', ['read:order'], ['one'])
    expect(cellOf('read:order', one, [one, two], {}).from).toBe('any')
  })
  it('goes from none over one’s own to everything and back', () => {
    expect([next('none', { own: true }), next('own', { own: true }), next('any', { own: true })]).toEqual(['own', 'any', 'none'])
    expect(next('none', { own: false })).toBe('any')
  })
  it('forgets a draft that changes nothing', () => {
    const drafts = put(agent, 'refund:order', 'none', {})
    expect(drafts).toEqual({ agent: ['read:order'] })
    expect(changes(roles, drafts)).toBe(1)
    expect(put(agent, 'refund:order', 'any', drafts)).toEqual({})
  })
  it('counts narrowing as one change', () => {
    expect(changes(roles, put(agent, 'read:order', 'own', {}))).toBe(1)
  })
})
