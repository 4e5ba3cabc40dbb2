/** The engine's answer to "what would this refund be", asked anew whenever the wish or the order changes. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { post } from '@/api/client'
import type { RefundPreview } from '@/api/shapes'
import type { RefundAsk } from './ask'

const PAUSE = 150

/** A text that only follows when it has rested for a moment. */
export function useRested(text: string) {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}

/** Whether a query asks what a refund would be: after one that left nothing there is nothing to ask. */
export const isPreview = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey.at(-2) === 'preview'

/** The key begins with the order's own, so that whatever happens to the order asks again. */
const previewOf = (orderId: string, ask: RefundAsk | undefined) => ({
  queryKey: ['orders', orderId, 'refunds', 'preview', ask ?? null],
  queryFn: () => post<RefundPreview>(`/orders/${orderId}/refunds/preview`, ask),
  enabled: ask !== undefined,
  retry: false,
  staleTime: 0,
})

export const useEverything = (orderId: string, payments: string[] | undefined, enabled: boolean) => useQuery({ ...previewOf(orderId, { kind: 'standard', ...(payments ? { payments } : {}) }), refetchOnMount: 'always' as const, placeholderData: keepPreviousData, enabled })

export function usePreview(orderId: string, ask: RefundAsk | undefined) {
  const text = JSON.stringify(ask ?? null)
  const rested = useRested(text)
  const query = useQuery({ ...previewOf(orderId, (JSON.parse(rested) as RefundAsk | null) ?? undefined), placeholderData: keepPreviousData })
  // An answer to an earlier wish may be looked at, but nothing is done on it.
  const settled = rested === text && !query.isPlaceholderData && ask !== undefined && !query.isError
  return { shown: ask ? query.data : undefined, sure: settled ? query.data : undefined, error: rested === text && ask ? query.error : null, asking: ask !== undefined && !settled && !query.isError }
}
