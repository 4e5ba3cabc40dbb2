import { describe, expect, it } from 'vitest'
import { inWords } from './history'

const at = '2026-11-22T06:30:39Z'
const placed = { state: 'pending', payment_state: 'unpaid', currency: 'EUR', total: 8600, paid: 0, refunded: 0, held: false }

describe('what changes of an order did', () => {
  it('is told from what was different before, the newest first or last', () => {
    const words = inWords([
      { version: 5, kind: 'refunded', changes: { refunded: 2000, payment_state: 'partially_refunded' }, at },
      { version: 4, kind: 'moved', changes: { state: 'processing', payment_state: 'paid', paid: 8600 }, at },
      { version: 3, kind: 'moved', changes: { state: 'paid', payment_state: 'paid', paid: 8600 }, at },
      { version: 2, kind: 'edited', changes: { total: 9600 }, at },
      { version: 1, kind: 'placed', changes: placed, at },
    ])
    expect([1, 2, 3, 4, 5].map((version) => words.get(version))).toEqual([
      'Placed',
      'Edited · Total: €96.00',
      'Goods: Paid · Money: Paid',
      'Goods: Processing',
      'Money: Partly refunded · €20.00 given back',
    ])
  })

  it('names itself where nothing more is known', () => {
    const words = inWords([
      { version: 1, kind: 'adopted', changes: null, at },
      { version: 2, kind: 'tagged', changes: {}, at },
      { version: 3, kind: 'held', changes: { held: true }, at },
      { version: 4, kind: 'held', changes: { held: false }, at },
      { version: 5, kind: 'moved', changes: 'unreadable', at },
    ])
    expect([...words.values()]).toEqual(['Taken over as it was', 'Tags changed', 'Put on hold', 'Let go on', 'Goods or money moved on'])
  })
})
