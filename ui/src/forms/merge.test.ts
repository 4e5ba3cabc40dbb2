import { describe, expect, it } from 'vitest'
import { merge } from './merge'

describe('merge', () => {
  it('takes what only they changed, keeps what only I changed, and names what both did', () => {
    const base = { a: '1', b: '1', c: '1', d: '1' }
    const { merged, both, taken } = merge(base, { a: '2', b: '1', c: '2', d: '3' }, { a: '1', b: '5', c: '9', d: '3' })
    expect(merged).toEqual({ a: '2', b: '5', c: '9', d: '3' })
    expect(taken).toEqual(['a'])
    expect(both).toEqual(['c'])
  })
})
