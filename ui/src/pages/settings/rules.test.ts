import { describe, expect, it } from 'vitest'
import { checkRules, span, spans, toPolicy, toRules } from './rules'

const policy = { requireFactorFor: ['owner' as const, 'finance' as const], stepUp: 'enrolled' as const, stepUpRefundFrom: 25_050, idleMinutes: 10_080, rememberedIdleMinutes: 43_200, absoluteDays: 90, selfRegistration: false, unprovedDays: 30, version: 4 }

describe('the rules of signing in', () => {
  it('become text and come back as they were', () => {
    const text = toRules('EUR')(policy)
    expect(text.requireFactorFor).toBe('owner finance')
    expect({ ...toPolicy(text, 'EUR'), version: 4 }).toEqual(policy)
  })
  it('send only what changed, and nothing as no threshold', () => {
    expect(toPolicy({ stepUpRefundFrom: ' ' }, 'EUR')).toEqual({ stepUpRefundFrom: null })
    expect(toPolicy({ requireFactorFor: '' }, 'EUR')).toEqual({ requireFactorFor: [] })
    expect(toPolicy({ unprovedDays: '' }, 'EUR')).toEqual({ unprovedDays: null })
    expect(toPolicy({ stepUpRefundFrom: '0' }, 'JPY')).toEqual({ stepUpRefundFrom: 0 })
  })
  it('refuse what is no amount', () => {
    const text = toRules('EUR')(policy)
    expect(checkRules('EUR')(text)).toEqual({})
    expect(checkRules('EUR')({ ...text, stepUpRefundFrom: 'much' }).stepUpRefundFrom).toBeTruthy()
  })
  it('say a time in its largest whole unit and always offer the one in force', () => {
    expect([span(45), span(120), span(1440)].map((said) => said.replace(/\D/g, ''))).toEqual(['45', '2', '1'])
    expect(spans('77').map((one) => one.value)).toContain('77')
  })
})
