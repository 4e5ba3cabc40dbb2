/** What an order would come to, asked of the engine as it is put together. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { Quote } from '@/api/shapes'
import { t } from '@/i18n'
import { Money } from '@/parts/values'
import type { Wanted } from './new'

export function useQuote(lines: Wanted[]) {
  const items = lines.map((line) => ({ productId: line.product.id, quantity: line.quantity }))
  return useQuery({
    queryKey: ['orders', 'quote', items],
    queryFn: () => post<Quote>('/orders/quote', { items }),
    enabled: items.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  })
}

export function Totals({ quote, lines, currency }: { quote: ReturnType<typeof useQuote>; lines: Wanted[]; currency: string }) {
  if (lines.length === 0) return null
  const goods = { amount: lines.reduce((sum, line) => sum + line.product.price.amount * line.quantity, 0), currency }
  const rows = quote.data && !quote.isError ? (['subtotal', 'tax', 'shipping', 'total'] as const).map((name) => [name, quote.data[name]] as const) : [['subtotal', goods] as const]
  return (
    <>
      <dl className="sums" aria-live="polite" aria-busy={quote.isFetching}>
        {rows.map(([name, value]) => (
          <div key={name} className={name === 'total' ? 'sum sum-total' : 'sum'}>
            <dt>{t(`orders.${name}`)}</dt>
            <dd>
              <Money value={value} strong={name === 'total'} />
            </dd>
          </div>
        ))}
      </dl>
      {!quote.data && !quote.isPending && <p className="quiet">{t('orders.totalsLater')}</p>}
    </>
  )
}
