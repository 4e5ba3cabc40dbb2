import { describe, expect, it } from 'vitest'
import { toldOf } from './told'

const at = '2026-05-01T10:00:00.000001Z'
const told = toldOf({
  payments: [{ id: 'p1', provider: 'account', capturedAt: at }, { id: 'p2', provider: 'credit', capturedAt: '2026-05-02T10:00:00Z' }, { id: 'p3', provider: 'sandbox', capturedAt: '2026-05-03T10:00:00Z' }],
  refunds: [{ id: 'r1', toCredit: true }, { id: 'r2', toCredit: false }],
})

describe('what a timeline says of our own books', () => {
  it('tells a sale on account and a payment with credit from money that came', () => {
    expect(told({ id: 'h', at, action: 'payment.capture' })).toBe('Sold on account')
    expect(told({ id: 'p2', at: '', action: 'payment.captured' })).toBe('Paid with stored credit')
    expect(told({ id: 'p3', at: '', action: 'payment.captured' })).toBeUndefined()
    expect(told({ id: 'p1', at, action: 'payment.created' })).toBeUndefined()
  })
  it('says where a refund went', () => {
    expect(['r1', 'r2'].map((id) => told({ id, at, action: 'refund.succeeded' }))).toEqual(['Refunded to stored credit', undefined])
  })
})
