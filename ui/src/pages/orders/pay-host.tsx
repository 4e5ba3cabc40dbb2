/** The place of the dialogs that take money: one in the frame. */
import { lazy, Suspense } from 'react'
import type { OrderDetail, Payment } from '@/api/shapes'
import { store, useStore } from '@/lib/store'

type Asked = { pay: OrderDetail } | { capture: Payment } | { wait: Payment } | { taking: OrderDetail; gone: boolean }
const asked = store<Asked | undefined>(undefined)
export const askPay = (order: OrderDetail) => asked.set({ pay: order })
/** A payment was begun and its customer has to do something. */
export const askWait = (payment: Payment) => asked.set({ wait: payment })
/** An order was placed and is being paid; `gone`: it is called off if that does not work. */
export const askTaking = (order: OrderDetail, gone: boolean) => asked.set({ taking: order, gone })
export const askCapture = (payment: Payment) => asked.set({ capture: payment })

const PayDialog = lazy(async () => ({ default: (await import('./pay')).PayDialog }))
const CaptureDialog = lazy(async () => ({ default: (await import('./pay')).CaptureDialog }))
const WaitDialog = lazy(async () => ({ default: (await import('./waits')).WaitDialog }))
const TakingDialog = lazy(async () => ({ default: (await import('./taking')).TakingDialog }))

export function PayHost() {
  const now = useStore(asked)
  const close = () => asked.set(undefined)
  if (!now) return null
  return (
    <Suspense>
      {'pay' in now ? <PayDialog order={now.pay} onClose={close} />
      : 'wait' in now ? <WaitDialog payment={now.wait} onClose={close} />
      : 'taking' in now ? <TakingDialog order={now.taking} gone={now.gone} onClose={close} />
      : <CaptureDialog payment={now.capture} onClose={close} />}
    </Suspense>
  )
}
