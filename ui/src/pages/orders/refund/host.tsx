/** The refund dialog's place: one in the frame, asked for from a list, an order, a payment or the palette. */
import { lazy, Suspense } from 'react'
import { store, useStore } from '@/lib/store'
import type { Picked } from './ask'

const asked = store<{ order: string; payment?: string; picked?: Picked } | undefined>(undefined)
/** Opens the dialog for an order, on a certain payment of it if one is named, with pieces chosen where they are known. */
export const askRefund = (order: string, payment?: string, picked?: Picked) => asked.set({ order, ...(payment ? { payment } : {}), ...(picked ? { picked } : {}) })

const RefundDialog = lazy(async () => ({ default: (await import('./dialog')).RefundDialog }))

export function RefundHost() {
  const now = useStore(asked)
  if (!now) return null
  return (
    <Suspense>
      <RefundDialog key={`${now.order} ${now.payment ?? ''}`} orderId={now.order} paymentId={now.payment} picks={now.picked ?? {}} onClose={() => asked.set(undefined)} />
    </Suspense>
  )
}
