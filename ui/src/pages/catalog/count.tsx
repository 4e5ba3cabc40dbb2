/** What of a product is changed on the spot: how many lie on the shelf, what it costs, from when on it runs out. */
import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { patch, post } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { Product } from '@/api/shapes'
import { t } from '@/i18n'
import { money, number, parseAmount, typed } from '@/lib/money'
import { atOnce } from '@/lib/at-once'
import { toast } from '@/parts/toasts'
import { Money } from '@/parts/values'
import { can } from '@/session'
import { Cell } from './cell'

/** What lies on the shelf: what can be sold, and what is set aside for open orders. */
export const onShelf = (product: Pick<Product, 'stock' | 'reserved'>) => product.stock + product.reserved
const whole = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)

export function Count({ product }: { product: Product }) {
  const client = useQueryClient()
  // A number whose answer was lost is the same deed when it is kept again.
  const meant = useRef({ quantity: -1, key: '' })
  const shelf = onShelf(product)
  if (!can('update:product') || product.variantCount > 0) return <span className="num">{number(shelf)}</span>
  const keep = async (quantity: number) => {
    if (quantity === shelf) return
    if (meant.current.quantity !== quantity) meant.current = { quantity, key: crypto.randomUUID() }
    try {
      await atOnce(client, { root: 'products', id: product.id, change: { stock: quantity - product.reserved } }, () => post<Product>(`/products/${product.id}/stock`, { kind: 'counted', quantity }, meant.current.key))
      meant.current = { quantity: -1, key: '' }
      toast({ text: t('stock.counted', { name: product.name, n: quantity }) })
    } catch (error) {
      if (!asProblem(error).offline && asProblem(error).status < 500) meant.current = { quantity: -1, key: '' }
    }
  }
  return <Cell column="shelf" label={t('stock.countOf', { name: product.name })} shown={String(shelf)} parse={whole} keep={keep} />
}

/** Changes one field of a product, unless somebody changed the product in between. */
function useField(product: Product) {
  const client = useQueryClient()
  return async (body: Record<string, unknown>, text: string) => {
    const done = () => toast({ text })
    await atOnce(client, { root: 'products', id: product.id, change: body }, () => patch<Product>(`/products/${product.id}`, body, product.version)).then(done, () => undefined)
  }
}

export function PriceCell({ product }: { product: Product }) {
  const change = useField(product)
  const { currency } = product.price
  if (!can('update:product')) return <Money value={product.price} />
  const parse = (text: string) => parseAmount(text, currency)
  return <Cell column="price" label={t('stock.priceOf', { name: product.name })} shown={typed(product.price)} parse={parse} keep={(amount) => (amount === product.price.amount ? Promise.resolve() : change({ price: { amount, currency } }, t('stock.priced', { name: product.name, price: money({ amount, currency }) })))} decimal />
}

export function LowCell({ product }: { product: Product }) {
  const change = useField(product)
  if (!can('update:product') || product.variantCount > 0) return <span className="num">{number(product.lowStock)}</span>
  return <Cell column="low" label={t('stock.lowOf', { name: product.name })} shown={String(product.lowStock)} parse={whole} keep={(lowStock) => (lowStock === product.lowStock ? Promise.resolve() : change({ lowStock }, t('stock.lowSaid', { name: product.name, n: lowStock })))} />
}
