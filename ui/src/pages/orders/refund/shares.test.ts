import { describe, expect, it } from 'vitest'
import { books, lineParts, ofOrder, pieces, split, take, nothing } from './shares'

const eur = (amount: number) => ({ amount, currency: 'EUR' })
const order = { subtotal: eur(5000), discount: eur(0), tax: eur(400), shipping: eur(500), refunds: [], items: [] }
const payment = { id: 'p', captured: eur(5900), refunded: eur(0) }

describe('how a refund falls', () => {
  it('splits exactly, ties to the earlier part', () => {
    expect(split(100, [1, 1, 1])).toEqual([34, 33, 33])
    expect(split(5, [0, 0])).toEqual([5, 0])
    expect(split(99_999_999_999, [99_999_999_999, 1]).reduce((a, b) => a + b, 0)).toBe(99_999_999_999)
  })
  it('takes a discount off the goods first', () => {
    expect(ofOrder(100, 150, 80, 20)).toEqual({ goods: 0, tax: 30, shipping: 20 })
  })
  it('never takes more of a part than is left, and any row of parts gives back each exactly', () => {
    const whole = { goods: 5000, tax: 400, shipping: 500 }
    let used = nothing
    for (const amount of [1, 1999, 33, 3000, 867]) {
      const part = take(whole, used, amount)
      expect(part.goods + part.tax + part.shipping).toBe(amount)
      used = { goods: used.goods + part.goods, tax: used.tax + part.tax, shipping: used.shipping + part.shipping }
    }
    expect(used).toEqual(whole)
  })
  it('announces the whole order for a whole refund', () => {
    expect(books(order, payment, 5900)).toEqual({ goods: 5000, tax: 400, shipping: 500 })
  })
  it('gives a line its tax, and a piece its part of the line', () => {
    const { lines, shipping } = lineParts({
      ...order,
      items: [
        { id: 'a', name: 'Lantern', sku: 'L', quantity: 1, unitPrice: eur(2500), total: eur(2500) },
        { id: 'b', name: 'Rope', sku: 'R', quantity: 3, unitPrice: eur(833), total: eur(2500) },
      ],
    })
    expect(lines.map((line) => line.gross)).toEqual([2700, 2700])
    expect(shipping).toBe(500)
    expect(lines[1] && [1, 2, 3].map((n) => pieces(lines[1] as never, n))).toEqual([900, 1800, 2700])
  })
})
