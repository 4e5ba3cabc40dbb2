/** Changes of a cart: each is a request of its own, answered by the whole cart. One at a time. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { read } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'
import type { CartDetail } from '@/api/shapes'
import { toastProblem } from '@/parts/toasts'

export const cartQuery = (id: string) => read<CartDetail>(`/carts/${id}`)

/** What the page says where it belongs. */
const beside = /^(coupons|customerId|productId|quantity|lines)/

export type Changing = {
  busy: boolean
  /** What the last change was refused for. */
  problem: Problem | undefined
  run: (deed: () => Promise<CartDetail>) => void
}

export function useChange(id: string): Changing {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const run = (deed: () => Promise<CartDetail>) => {
    if (busy) return
    setBusy(true)
    setProblem(undefined)
    deed()
      .then(
        (next) => {
          client.setQueryData(cartQuery(id).queryKey, next)
          void client.invalidateQueries({ queryKey: ['carts', 'list'] })
        },
        async (error: unknown) => {
          const found = asProblem(error)
          // Somebody else was there in between: their state first, then the deed again if it is still wanted.
          if (found.stale || found.status === 409) await client.invalidateQueries({ queryKey: ['carts', id] })
          setProblem(found)
          if (!found.errors.some((one) => beside.test(one.field))) toastProblem(error)
        },
      )
      .finally(() => setBusy(false))
  }
  return { busy, problem, run }
}
