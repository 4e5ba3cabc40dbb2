/** What an order would come to, asked of the engine as it is put together. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { post } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'
import type { Money as MoneyValue, Quote } from '@/api/shapes'
import { t, type Key } from '@/i18n'
import { percent } from '@/lib/money'
import { Money } from '@/parts/values'
import type { Wanted } from './new'

type Asked = { lines: Wanted[]; coupons: string[]; country: string; shippingMethod: string }

export function useQuote({ lines, coupons, country, shippingMethod }: Asked) {
  const items = lines.map((line) => ({ productId: line.product.id, quantity: line.quantity }))
  const body = { items, ...(coupons.length > 0 ? { coupons } : {}), ...(country ? { country } : {}), ...(shippingMethod ? { shippingMethod } : {}) }
  return useQuery({
    queryKey: ['orders', 'quote', body],
    queryFn: () => post<Quote>('/orders/quote', body),
    enabled: items.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  })
}
/** Why there is no total: what the engine refuses of what is put together. */
export const quoteProblem = (quote: ReturnType<typeof useQuote>): Problem | undefined => (quote.isError ? asProblem(quote.error) : undefined)

export function Totals({ quote, goods }: { quote: Quote | undefined; goods: MoneyValue | undefined }) {
  if (!quote && !goods) return null
  const method = quote?.shippingMethods.find((one) => one.code === quote.shippingMethod)
  const rows: { id: string; title: string; value: MoneyValue }[] = quote
    ? [
        row('subtotal', quote.subtotal),
        ...(quote.discount.amount > 0 ? [row('discount', { ...quote.discount, amount: -quote.discount.amount })] : []),
        ...taxRows(quote),
        { ...row('shipping', quote.shipping), title: method?.name ?? t('orders.shipping') },
        row('total', quote.total),
      ]
    : goods
      ? [row('subtotal', goods)]
      : []
  return (
    <dl className="sums" aria-live="polite">
      {rows.map(({ id, title, value }) => (
        <div key={id} className={id === 'total' ? 'sum sum-total' : 'sum'}>
          <dt>{title}</dt>
          <dd>
            <Money value={value} strong={id === 'total'} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
const row = (id: 'subtotal' | 'discount' | 'tax' | 'shipping' | 'total', value: MoneyValue) => ({ id, title: t(`orders.${id}` as Key), value })
/** Where the rates differ, each has a row of its own. */
const taxRows = ({ tax, taxes }: Quote) =>
  taxes.length > 1 ? taxes.map((part) => ({ id: `tax${part.rateBp}`, title: t('orders.taxAt', { rate: percent(part.rateBp) }), value: part.tax })) : [row('tax', tax)]

/** The ways it can be sent, where there is a choice. */
export function ShippingChoice({ quote, chosen, onChoose }: { quote: Quote | undefined; chosen: string; onChoose: (code: string) => void }) {
  const ways = quote?.shippingMethods ?? []
  if (ways.length < 2) return null
  const now = chosen || quote?.shippingMethod
  return (
    <fieldset className="choices">
      <legend className="field-label">{t('checkout.method')}</legend>
      {ways.map((way) => (
        <label key={way.code} className={`choice${now === way.code ? ' choice-on' : ''}`}>
          <input type="radio" name="shippingMethod" data-field="shippingMethod" checked={now === way.code} onChange={() => onChoose(way.code)} />
          <span className="choice-name">{way.name}</span>
          <span className="spring" />
          <Money value={way.price} />
        </label>
      ))}
    </fieldset>
  )
}
