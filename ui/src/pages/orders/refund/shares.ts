/**
 * How a refund falls on goods, tax and shipping: the engine's own rule, so that what the dialog announces is what the books
 * will say. Pure, in minor units.
 */
import type { OrderDetail, Payment } from '@/api/shapes'

export type Shares = { goods: number; tax: number; shipping: number }
export const nothing: Shares = { goods: 0, tax: 0, shipping: 0 }

/** Splits an amount over weights so that the parts sum to it exactly: largest remainder, ties to the earlier part. */
export function split(amount: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return weights.map((_, i) => (i === 0 ? amount : 0))
  const whole = BigInt(amount)
  const all = BigInt(total)
  const parts = weights.map((weight) => ({ part: Number((whole * BigInt(weight)) / all), rest: (whole * BigInt(weight)) % all }))
  let left = amount - parts.reduce((sum, { part }) => sum + part, 0)
  const order = parts.map((_, i) => i).toSorted((a, b) => Number((parts[b]?.rest ?? 0n) - (parts[a]?.rest ?? 0n)))
  for (const i of order) {
    const one = parts[i]
    if (left <= 0 || !one) break
    one.part += 1
    left -= 1
  }
  return parts.map(({ part }) => part)
}

/** What an order is made of. A discount comes off the goods, then tax, then shipping. */
export function ofOrder(subtotal: number, discount: number, tax: number, shipping: number): Shares {
  const goods = Math.max(0, subtotal - discount)
  const afterGoods = discount - (subtotal - goods)
  const taxLeft = Math.max(0, tax - afterGoods)
  return { goods, tax: taxLeft, shipping: Math.max(0, shipping - (afterGoods - (tax - taxLeft))) }
}

/** How `amount` falls on what is left of `whole` after `used`. */
export function take(whole: Shares, used: Shares, amount: number): Shares {
  const left = [whole.goods - used.goods, whole.tax - used.tax, whole.shipping - used.shipping].map((part) => Math.max(0, part))
  const [goods = 0, tax = 0, shipping = 0] = split(amount, left)
  return { goods, tax, shipping }
}
const plus = (a: Shares, b: Shares): Shares => ({ goods: a.goods + b.goods, tax: a.tax + b.tax, shipping: a.shipping + b.shipping })

type Totals = Pick<OrderDetail, 'subtotal' | 'discount' | 'tax' | 'shipping' | 'refunds'>
/** What the books will say of a refund of `amount`, after those made and those on their way. */
export function books(order: Totals, payment: Pick<Payment, 'id' | 'captured' | 'refunded'>, amount: number): Shares {
  const full = ofOrder(order.subtotal.amount, order.discount.amount, order.tax.amount, order.shipping.amount)
  const whole = take(full, nothing, payment.captured.amount)
  const mine = (order.refunds ?? []).filter((refund) => refund.paymentId === payment.id && refund.state !== 'failed')
  const rank = (state: string) => (state === 'succeeded' ? 0 : 1)
  const made = mine.toSorted((a, b) => rank(a.state) - rank(b.state) || (a.settledAt ?? a.createdAt).localeCompare(b.settledAt ?? b.createdAt))
  // What was given back before Purser kept the books has no refund of its own.
  const known = mine.filter((refund) => refund.state === 'succeeded').reduce((sum, refund) => sum + refund.amount.amount, 0)
  let used = take(whole, nothing, Math.max(0, payment.refunded.amount - known))
  for (const refund of made) used = plus(used, take(whole, used, refund.amount.amount))
  return take(whole, used, amount)
}

export type LinePart = { id: string; name: string; quantity: number; gross: number }
/** What each line cost the customer: its goods with their share of the tax, less their share of the discount. */
export function lineParts(order: Pick<OrderDetail, 'items' | 'subtotal' | 'discount' | 'tax' | 'shipping'>): { lines: LinePart[]; shipping: number } {
  const made = ofOrder(order.subtotal.amount, order.discount.amount, order.tax.amount, order.shipping.amount)
  const items = order.items ?? []
  const weights = items.map((item) => item.total.amount)
  const goods = split(made.goods, weights)
  const tax = split(made.tax, weights)
  return {
    lines: items.map((item, i) => ({ id: item.id, name: item.name, quantity: item.quantity, gross: (goods[i] ?? 0) + (tax[i] ?? 0) })),
    shipping: made.shipping,
  }
}
/** `n` of the line's pieces. */
export const pieces = (line: LinePart, n: number) => (n >= line.quantity ? line.gross : (split(line.gross, Array.from({ length: line.quantity }, () => 1)).slice(0, n).reduce((sum, part) => sum + part, 0)))
