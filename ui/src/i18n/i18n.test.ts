import { describe, expect, it } from 'vitest'
import { catalogs, format, t, word } from './index'

const flat = (catalog: object) =>
  Object.entries(catalog).flatMap(([area, messages]) => Object.entries(messages as Record<string, unknown>).map(([key, message]) => [`${area}.${key}`, message] as const))
const holes = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].toSorted()

describe('catalogs', () => {
  const english = new Map(flat(catalogs.en))
  it.each(Object.keys(catalogs))('%s has exactly the English keys', (tongue) => {
    expect(flat(catalogs[tongue as 'de']).map(([key]) => key).toSorted()).toEqual([...english.keys()].toSorted())
  })
  it.each(Object.keys(catalogs))('%s fills the same holes', (tongue) => {
    for (const [key, message] of flat(catalogs[tongue as 'de'])) expect([key, holes(message)]).toEqual([key, holes(english.get(key))])
  })
  it.each(Object.keys(catalogs))('%s keeps the manner: no exclamation marks, nothing empty', (tongue) => {
    for (const [key, message] of flat(catalogs[tongue as 'de'])) {
      expect([key, JSON.stringify(message)]).not.toEqual([key, '""'])
      expect([key, JSON.stringify(message).includes('!')]).toEqual([key, false])
    }
  })
})

describe('words', () => {
  it('chooses by number and fills in', () => {
    expect(format({ one: 'one', other: '{n} many' }, { n: 1 }, 'en')).toBe('one')
    expect(format({ one: 'one', other: '{n} many' }, { n: 1200 }, 'en')).toBe('1,200 many')
    expect(t('frame.paletteNothing', { q: 'x' })).toContain('x')
  })
  it('makes an unknown word of the engine readable', () => {
    expect(word('state', 'partially_refunded')).toBe('Partly refunded')
    expect(word('state', 'on_hold')).toBe('On hold')
  })
})
