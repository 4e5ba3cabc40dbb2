import { describe, expect, it } from 'vitest'
import { decimal, exponent, money, parseAmount } from './money'

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('money', () => {
  it('takes the exponent from the currency', () => {
    expect([exponent('EUR'), exponent('JPY'), exponent('KWD'), exponent('NOPE')]).toEqual([2, 0, 3, 2])
  })
  it('writes minor units exactly', () => {
    expect(decimal({ amount: 5900, currency: 'EUR' })).toBe('59.00')
    expect(decimal({ amount: -5, currency: 'EUR' })).toBe('-0.05')
    expect(decimal({ amount: 5900, currency: 'JPY' })).toBe('5900')
    expect(decimal({ amount: 1, currency: 'KWD' })).toBe('0.001')
  })
  it('keeps the last unit where a float would lose it', () => {
    expect(plain(money({ amount: 9_007_199_254_740_991, currency: 'EUR' }))).toContain('90,071,992,547,409.91')
  })
  it.each([
    ['59', 5900], ['59.00', 5900], ['59,00', 5900], ['1.234,56', 123456], ['1,234.56', 123456], ['1 234,5', 123450],
    ['€ 27', 2700], ['27 €', 2700], ['0.05', 5], [',5', 50], ['1,234', 123400], ['-3', -300],
  ])('reads %s', (text, amount) => expect(parseAmount(text, 'EUR')).toBe(amount))
  it.each(['', 'abc', '1.2.3', '12,3456', '1,23,4'])('refuses %j', (text) => expect(parseAmount(text, 'EUR')).toBeUndefined())
  it('reads whole yen and thousandths of a dinar', () => {
    expect(parseAmount('1,234', 'JPY')).toBe(1234)
    expect(parseAmount('1.5', 'JPY')).toBeUndefined()
    expect(parseAmount('1.234', 'KWD')).toBe(1234)
  })
})
