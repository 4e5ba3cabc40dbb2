import { describe, expect, it } from 'vitest'
import { draftOf, newTest, placeOf, sameDraft, tidyTests } from './policy-text'

describe('a policy being edited', () => {
  it('finds a line and column in its text', () => {
    expect(placeOf('ab\ncd\nef', 2, 2)).toBe(4)
    expect(placeOf('ab\ncd', 2, 99)).toBe(5)
    expect(placeOf('ab', 9, 1)).toBe(2)
  })
  it('sends of a test only what was filled in', () => {
    expect(tidyTests([{ ...newTest(), name: 'x', ip: '', at: null }])).toEqual([{ name: 'x', permission: 'refund:order', role: 'support', expect: 'deny' }])
  })
  it('is unchanged while only empty fields were touched', () => {
    const draft = draftOf({ name: 'a', description: '', source: 's', tests: [newTest()] })
    expect(sameDraft(draft, { ...draft, tests: [{ ...newTest(), ip: '' }] })).toBe(true)
    expect(sameDraft(draft, { ...draft, source: 't' })).toBe(false)
  })
})
