/** The engine's answer to "what would this change come to", asked anew whenever the wish or the order changes. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { OrderEditPreview } from '@/api/shapes'
import { useRested } from '../refund/preview'

export type OrderEditAsk = { set: { lineId: string; quantity: number }[]; add: { productId: string; quantity: number }[] }

export function useEditPreview(orderId: string, ask: OrderEditAsk | undefined) {
  const text = JSON.stringify(ask ?? null)
  const rested = useRested(text)
  const wish = (JSON.parse(rested) as OrderEditAsk | null) ?? undefined
  const query = useQuery({
    // It begins with the order's own key, so that whatever happens to the order asks again.
    queryKey: ['orders', orderId, 'edit', 'preview', wish ?? null],
    // The engine wants a reason with every change; while one looks there is none yet.
    queryFn: () => post<OrderEditPreview>(`/orders/${orderId}/edit/preview`, { ...wish, reason: '-' }),
    enabled: wish !== undefined,
    retry: false,
    staleTime: 0,
    placeholderData: keepPreviousData,
  })
  const settled = rested === text && !query.isPlaceholderData && ask !== undefined && !query.isError
  return { shown: ask ? query.data : undefined, sure: settled ? query.data : undefined, error: rested === text && ask ? query.error : null }
}
