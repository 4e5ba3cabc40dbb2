import { describe, expect, it } from 'vitest'
import { asksFor, families, isEverything, turn } from './topics'

const events = ['order.created', 'order.paid', 'refund.succeeded'].map((name) => ({ name, when: '', example: {} }))
const [orders] = families(events)

describe('topics', () => {
  it('gathers events by what they are about', () => {
    expect(families(events).map(({ name, events: own }) => [name, own.length])).toEqual([
      ['order', 2],
      ['refund', 1],
    ])
  })
  it('hears all of a thing by its star', () => {
    expect([asksFor(['order.*'], 'order.paid'), asksFor(['order.*'], 'refund.succeeded'), asksFor(['*'], 'refund.succeeded'), isEverything([])]).toEqual([true, false, true, false])
  })
  it('takes one out of a star and leaves the rest, others untouched', () => {
    if (!orders) throw new Error('no orders')
    expect(turn(['refund.succeeded', 'order.*'], orders, 'order.paid', false)).toEqual(['refund.succeeded', 'order.created'])
    expect(turn(['refund.succeeded'], orders, undefined, true)).toEqual(['refund.succeeded', 'order.*'])
    expect(turn(['order.*'], orders, undefined, false)).toEqual([])
  })
})
