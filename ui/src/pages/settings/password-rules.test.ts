import { describe, expect, it } from 'vitest'
import { checkPasswords, expiries, toPasswordChange, toPasswordText } from './password-rules'

const policy = { minLength: 10, minScore: 3, requireClasses: false, history: 5, adminExpiryDays: 90, requireVerifiedEmail: false, version: 4 }

describe('the rules of passwords', () => {
  it('go into fields and back, an absent expiry as never', () => {
    const text = toPasswordText(policy)
    expect(text).toEqual({ minLength: '10', minScore: '3', requireClasses: false, history: '5', adminExpiryDays: '90', staffExpiryDays: '', requireVerifiedEmail: false })
    expect(toPasswordChange({ minLength: '12', adminExpiryDays: '', requireClasses: true })).toEqual({ minLength: 12, adminExpiryDays: null, requireClasses: true })
  })
  it('are refused outside what the engine takes', () => {
    const text = toPasswordText(policy)
    expect(checkPasswords(text)).toEqual({})
    expect(Object.keys(checkPasswords({ ...text, minLength: '7', history: '25' }))).toEqual(['minLength', 'history'])
    expect(Object.keys(checkPasswords({ ...text, minLength: '1e1' }))).toEqual(['minLength'])
  })
  it('offer the one in force among the usual', () => {
    expect(expiries('45').map((one) => one.value)).toEqual(['', '30', '45', '60', '90', '180', '365'])
  })
})
