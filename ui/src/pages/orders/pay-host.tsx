/** The place of the dialogs that take money: one in the frame. */
import { lazy, Suspense } from 'react'
import type { Order, Payment } from '@/api/shapes'
import { store, useStore } from '@/lib/store'

type Asked = { pay: Order } | { capture: Payment }
const asked = store<Asked | undefined>(undefined)
export const askPay = (order: Order) => asked.set({ pay: order })
export const askCapture = (payment: Payment) => asked.set({ capture: payment })

const PayDialog = lazy(async () => ({ default: (await import('./pay')).PayDialog }))
const CaptureDialog = lazy(async () => ({ default: (await import('./pay')).CaptureDialog }))

export function PayHost() {
  const now = useStore(asked)
  const close = () => asked.set(undefined)
  if (!now) return null
  return <Suspense>{'pay' in now ? <PayDialog order={now.pay} onClose={close} /> : <CaptureDialog payment={now.capture} onClose={close} />}</Suspense>
}
