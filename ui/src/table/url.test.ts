import { describe, expect, it } from 'vitest'
import type { Filter } from './spec'
import { bornAt, chipText, nextSort, parseSearch, setFilters, stringifySearch, toParams, viewQuery, without } from './url'
import { orderOf } from './use-columns'

const filters: Filter[] = [
  { kind: 'choice', field: 'state', title: 'home.state', options: () => [{ value: 'paid', label: 'Paid' }, { value: 'shipped', label: 'Shipped' }] },
  { kind: 'money', field: 'Total', title: 'home.total', currency: () => 'EUR' },
  { kind: 'dates', field: 'from', title: 'home.when' },
  { kind: 'flag', field: 'refunded', title: 'home.state' },
  { kind: 'before', field: 'dueBefore', title: 'home.when' },
]
const [state, total, dates] = filters as [Filter, Filter, Filter]

describe('the address of a list', () => {
  it('is flat text both ways', () => {
    expect(parseSearch('?state=paid,shipped&search=1234')).toEqual({ state: 'paid,shipped', search: '1234' })
    expect(stringifySearch({ a: 'x y', b: undefined, c: '' })).toBe('?a=x+y')
    expect(stringifySearch({})).toBe('')
  })
  it('passes on known filters only, and the list’s own order', () => {
    const params = toParams(filters, { state: 'paid', peek: 'id', evil: '1', search: 'ann' }, '-createdAt', true)
    expect(params).toEqual({ state: 'paid', search: 'ann', sort: '-createdAt' })
  })
  it('turns local days into moments', () => {
    const params = toParams(filters, { from: '2026-03-01', to: '2026-03-01' }, 'x', false)
    expect(params['from']).toBe(new Date('2026-03-01T00:00:00').toISOString())
    expect(params['to']).toBe(new Date('2026-03-01T23:59:59.999').toISOString())
  })
  it('reads a day to come before, and today as the day it is asked', () => {
    expect(toParams(filters, { dueBefore: '2026-03-01' }, 'x', false)['dueBefore']).toBe(new Date('2026-03-01T00:00:00').toISOString())
    expect(toParams(filters, { dueBefore: 'today' }, 'x', false)['dueBefore']).toBe(new Date(new Date().setHours(0, 0, 0, 0)).toISOString())
  })
  it('removes both ends of a range', () => {
    expect(without(total, { minTotal: '1', maxTotal: '2', state: 'paid' })).toEqual({ state: 'paid' })
    expect(setFilters(filters, { maxTotal: '2' })).toEqual([total])
  })
  it('says a filter in words', () => {
    expect(chipText(state, { state: 'paid,shipped,odd' })).toBe('Paid, Shipped, odd')
    expect(chipText(total, { minTotal: '1000' })).toMatch(/^≥ .*10\.00/)
    expect(chipText(dates, { from: '2026-03-01', to: '2026-03-01' })).not.toContain('–')
  })
  it('keeps what a view means and not what was open', () => {
    expect(viewQuery({ state: 'paid', peek: 'id', sort: '-total' })).toBe('sort=-total&state=paid')
  })
})

describe('sorting', () => {
  it('goes down, up, and back to the list’s own order', () => {
    expect(nextSort('-createdAt', 'total', '-createdAt')).toBe('-total')
    expect(nextSort('-total', 'total', '-createdAt')).toBe('total')
    expect(nextSort('total', 'total', '-createdAt')).toBeUndefined()
    expect(nextSort('total', 'createdAt', '-createdAt')).toBeUndefined()
  })
})

describe('rows and columns', () => {
  it('reads a UUIDv7’s birth', () => {
    expect(bornAt('019a0000-0000-7000-8000-000000000000')).toBe(0x019a00000000)
    expect(bornAt('019a0000-0000-4000-8000-000000000000')).toBeUndefined()
  })
  it('keeps a remembered order, drops what is gone, finds a place for what is new', () => {
    expect(orderOf(['c', 'gone', 'a'], ['a', 'b', 'c'])).toEqual(['c', 'b', 'a'])
    expect(orderOf([], ['a', 'b'])).toEqual(['a', 'b'])
  })
})
