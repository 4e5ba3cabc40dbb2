import { describe, expect, it } from 'vitest'
import { askOf, SHIPPING } from './ask'

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const wish = { picked: {}, whole: true, amount: '', goodwill: false, paymentId: '', toCredit: false }

describe('what a refund asks for', () => {
  it('is everything that is left, unless something is said', () => {
    expect(askOf(wish, eur(5900), eur(500))).toEqual({ kind: 'standard' })
    expect(askOf({ ...wish, paymentId: 'p' }, eur(5900), eur(500))).toEqual({ kind: 'standard', payments: ['p'] })
  })
  it('is pieces of lines, and the shipping that is left of it', () => {
    expect(askOf({ ...wish, whole: false, picked: { a: 2, b: 0, [SHIPPING]: 1 } }, eur(5900), eur(500))).toEqual({ kind: 'standard', lines: [{ lineId: 'a', quantity: 2 }], shipping: eur(500) })
  })
  it('is an amount as typed, or nothing while it cannot be read', () => {
    expect(askOf({ ...wish, whole: false, amount: '12.50' }, eur(5900), eur(500))).toEqual({ kind: 'standard', amount: eur(1250) })
    expect(askOf({ ...wish, whole: false, amount: 'twelve' }, eur(5900), eur(500))).toBeUndefined()
    expect(askOf({ ...wish, whole: false, amount: '0' }, eur(5900), eur(500))).toBeUndefined()
  })
  it('goes to stored credit if somebody says so', () => {
    expect(askOf({ ...wish, toCredit: true }, eur(5900), eur(500))).toEqual({ kind: 'standard', toCredit: true })
  })
  it('names the amount when it is goodwill, because nothing comes back', () => {
    expect(askOf({ ...wish, goodwill: true }, eur(5900), eur(500))).toEqual({ kind: 'goodwill', amount: eur(5900) })
  })
})
