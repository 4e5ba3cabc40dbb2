/** What the orders found come to: under the list, for each currency. */
import { useQuery } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { OrderSums as Sums } from '@/api/shapes'
import { t, type Key } from '@/i18n'
import { number } from '@/lib/money'
import { Money } from '@/parts/values'

const AGE = 30_000
const figures = [
  ['orders.total', 'total', false],
  ['orders.paid', 'paid', true],
  ['orders.refunded', 'refunded', true],
  ['orders.granted', 'granted', true],
  ['orders.pendingBack', 'pending', true],
] as const satisfies readonly (readonly [Key, string, boolean])[]

export function OrderSums({ params }: { params: Record<string, string> }) {
  const found = Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'sort'))
  // Adding up many orders is dear: it is done anew now and then, not with every change of one.
  const sums = useQuery({ ...read<Sums>('/orders/totals', found), queryKey: ['order-totals', found], staleTime: AGE, refetchInterval: AGE })
  if (!sums.data || sums.data.currencies.length === 0) return null
  const { currencies, exact } = sums.data
  return (
    <section className="list-sums" aria-label={t('orders.sums')}>
      {currencies.map((one) => (
        <dl key={one.currency}>
          {(!exact || currencies.length > 1) && (
            <div>
              <dt>{t(exact ? 'orders.sumOf' : 'orders.sumOfFirst', { n: number(one.orders), currency: one.currency })}</dt>
            </div>
          )}
          {figures.map(([title, field, dash]) => (
            <div key={field}>
              <dt>{t(title)}</dt>
              <dd>
                <Money value={one[field]} dash={dash} />
              </dd>
            </div>
          ))}
        </dl>
      ))}
    </section>
  )
}
