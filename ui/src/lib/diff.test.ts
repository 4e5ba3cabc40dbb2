import { expect, it } from 'vitest'
import { diff } from './diff'

it('finds what changed, field by field, with money as one value', () => {
  expect(diff({ a: 1, price: { amount: 1, currency: 'EUR' }, deep: { x: 1 }, tags: ['a'] }, { a: 1, price: { amount: 2, currency: 'EUR' }, deep: { x: 2, y: 3 }, tags: ['a', 'b'] }).filter((change) => change.changed)).toEqual([
    { field: 'price', before: { amount: 1, currency: 'EUR' }, after: { amount: 2, currency: 'EUR' }, changed: true },
    { field: 'deep.x', before: 1, after: 2, changed: true },
    { field: 'tags', before: ['a'], after: ['a', 'b'], changed: true },
    { field: 'deep.y', before: undefined, after: 3, changed: true },
  ])
})
it('takes a record that came or went', () => {
  expect(diff(null, { name: 'x' })).toEqual([{ field: 'name', before: undefined, after: 'x', changed: true }])
  expect(diff(undefined, undefined)).toEqual([])
})
