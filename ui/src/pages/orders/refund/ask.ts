/** What a refund asks for: pieces of lines and shipping, an amount, or everything that is left. The engine works out the rest. */
import { parseAmount } from '@/lib/money'

/** How many of each line; shipping goes by its own name. */
export type Picked = Record<string, number>
export const SHIPPING = 'shipping'

export type Wish = { picked: Picked; whole: boolean; amount: string; goodwill: boolean; paymentId: string; toCredit: boolean }
type Money = { amount: number; currency: string }
export type RefundAsk = { lines?: { lineId: string; quantity: number }[]; shipping?: Money; amount?: Money; payments?: string[]; kind: 'standard' | 'goodwill'; toCredit?: true }

/** The body of the question; undefined while the amount cannot be read. `left` is what remains altogether. */
export function askOf({ picked, whole, amount, goodwill, paymentId, toCredit }: Wish, left: Money, shippingLeft: Money): RefundAsk | undefined {
  const base = { kind: goodwill ? ('goodwill' as const) : ('standard' as const), ...(paymentId ? { payments: [paymentId] } : {}), ...(toCredit ? { toCredit: true as const } : {}) }
  const lines = Object.entries(picked).filter(([id, n]) => id !== SHIPPING && n > 0).map(([lineId, quantity]) => ({ lineId, quantity }))
  const shipping = (picked[SHIPPING] ?? 0) > 0 && shippingLeft.amount > 0
  if (lines.length > 0 || shipping) return { ...base, ...(lines.length > 0 ? { lines } : {}), ...(shipping ? { shipping: shippingLeft } : {}) }
  // Goodwill is an amount by its nature: no goods come back with it.
  if (whole) return goodwill ? { ...base, amount: left } : base
  const minor = parseAmount(amount, left.currency)
  return minor === undefined || minor <= 0 ? undefined : { ...base, amount: { amount: minor, currency: left.currency } }
}
