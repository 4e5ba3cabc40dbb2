/** What is ordered, found by words. Of a product with variants one of them is chosen: it is those that are sold. */
import { get } from '@/api/client'
import type { Product } from '@/api/shapes'
import { FindField, type Found } from '@/forms/find'
import { t } from '@/i18n'
import { money } from '@/lib/money'

/** Rows of a choice at most; of a long list the words have to say more. */
const MOST = 12
/** Products looked into for them. */
const FEW = 8

/** Those called so come first; then those it is said of in their tags or description. */
async function found(words: string): Promise<Product[]> {
  const wanted = { search: words, active: true, limit: FEW }
  const named = await get<Product[]>('/products', { ...wanted, named: true })
  if (named.length === FEW) return named
  const rest = (await get<Product[]>('/products', wanted)).filter((product) => !named.some((one) => one.id === product.id))
  return [...named, ...rest].slice(0, FEW)
}

async function sold(words: string): Promise<Product[]> {
  const products = await found(words)
  const each = await Promise.all(products.map((product) => (product.variantCount > 0 ? get<Product[]>(`/products/${product.id}/variants`) : [product])))
  return each.flat().filter((product) => product.active).slice(0, MOST)
}

export function FindProduct({ label, error, currency, onPick }: { label: string; error?: string | undefined; currency: string; onPick: (product: Product) => void }) {
  const shown = (product: Product): Found<Product> => ({
    value: product.id,
    label: product.name,
    note: `${money(product.currentPrice)} · ${t('orders.inStock', { n: product.stock })}`,
    record: product,
    refuse: product.stock <= 0 ? t('products.out') : product.price.currency !== currency ? product.price.currency : undefined,
  })
  return <FindField label={label} placeholder={t('orders.findProduct')} field="items" error={error} find={async (words) => (await sold(words)).map(shown)} onPick={({ record }) => onPick(record)} />
}
