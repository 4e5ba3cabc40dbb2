/** How an order is handled, and the place of the dialogs that handle it: one in the frame. */
import { lazy, Suspense } from 'react'
import { read } from '@/api/client'
import type { Handling, OrderReturn } from '@/api/shapes'
import { store, useStore } from '@/lib/store'

/** What is asked for: a parcel, goods that shall come back, or goods that arrived. */
export type Asked = { ship: string } | { comeBack: string } | { arrive: OrderReturn }
const asked = store<Asked | undefined>(undefined)
export const askShip = (orderId: string) => asked.set({ ship: orderId })
export const askReturn = (orderId: string) => asked.set({ comeBack: orderId })
export const askArrival = (one: OrderReturn) => asked.set({ arrive: one })

/** Its key begins with the order's own, so that whatever happens to the order reads it again. */
export const handlingQuery = (orderId: string) => read<Handling>(`/orders/${orderId}/handling`)

const Ship = lazy(async () => ({ default: (await import('./ship')).Ship }))
const ComeBack = lazy(async () => ({ default: (await import('./come-back')).ComeBack }))
const Arrive = lazy(async () => ({ default: (await import('./come-back')).Arrive }))

export function HandlingHost() {
  const now = useStore(asked)
  const close = () => asked.set(undefined)
  if (!now) return null
  return <Suspense>{'ship' in now ? <Ship orderId={now.ship} onClose={close} /> : 'comeBack' in now ? <ComeBack orderId={now.comeBack} onClose={close} /> : <Arrive one={now.arrive} onClose={close} />}</Suspense>
}
