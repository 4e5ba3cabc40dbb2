import { describe, expect, it } from 'vitest'
import { toldOf } from './told'

const at = '2026-05-01T10:00:00.000001Z'
const told = toldOf([{ provider: 'account', capturedAt: at }, { provider: 'credit', capturedAt: '2026-05-02T10:00:00Z' }, { provider: 'sandbox', capturedAt: '2026-05-03T10:00:00Z' }])

describe('what a timeline says of our own books', () => {
  it('tells a sale on account and a payment with credit from money that came', () => {
    expect(told({ at, action: 'payment.capture' })).toBe('Sold on account')
    expect(told({ at: '2026-05-02T10:00:00Z', action: 'payment.capture' })).toBe('Paid with stored credit')
    expect(told({ at: '2026-05-03T10:00:00Z', action: 'payment.capture' })).toBeUndefined()
    expect(told({ at, action: 'payment.created' })).toBeUndefined()
  })
})
