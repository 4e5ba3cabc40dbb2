/** Handling that needs no more than a reason: making an order wait, letting it go on, saying a parcel arrived, deciding a return. */
import type { QueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { Handling, OrderReturn } from '@/api/shapes'
import { t } from '@/i18n'
import { orderName } from '@/lib/text'
import { confirm } from '@/parts/confirm'
import { toast, toastProblem } from '@/parts/toasts'
import { said } from '../said'
import { handlingQuery } from './host'

const settle = (client: QueryClient) => Promise.all(['orders', 'returns'].map((root) => client.invalidateQueries({ queryKey: [root] })))
const took = (client: QueryClient, next: Handling) => {
  client.setQueryData(handlingQuery(next.orderId).queryKey, next)
  return settle(client)
}

export const askHold = (client: QueryClient, orderId: string, order: string) =>
  confirm({
    title: t('handling.holdTitle', { order }),
    body: t('handling.holdBody'),
    deed: t('handling.hold'),
    reason: 'required',
    run: async (reason) => {
      await took(client, await post<Handling>(`/orders/${orderId}/hold`, { reason }))
      void said.toast({ text: t('handling.held', { order }), type: 'order', id: orderId })
    },
  })
export const release = (client: QueryClient, orderId: string, order: string) =>
  post<Handling>(`/orders/${orderId}/release`).then(async (next) => {
    await took(client, next)
    void said.toast({ text: t('handling.released', { order }), type: 'order', id: orderId })
  }, toastProblem)

export const delivered = (client: QueryClient, fulfilmentId: string) =>
  confirm({
    title: t('handling.deliverTitle'),
    body: t('handling.deliverBody'),
    deed: t('handling.deliver'),
    run: async () => {
      await took(client, await post<Handling>(`/fulfilments/${fulfilmentId}/deliver`))
      toast({ text: t('handling.delivered') })
    },
  })

export function askDecide(client: QueryClient, one: OrderReturn, deed: 'approve' | 'reject') {
  const order = orderName(one.orderNumber)
  confirm({
    title: t(`returns.${deed}Title`, { order }),
    body: t(`returns.${deed}Body`),
    deed: t(`returns.${deed}`),
    ...(deed === 'reject' ? { reason: 'required' as const, danger: true, name: order } : {}),
    run: async (reason) => {
      await post(`/returns/${one.id}/${deed}`, deed === 'reject' ? { reason } : undefined)
      await settle(client)
      toast({ text: t(deed === 'approve' ? 'returns.approved' : 'returns.rejected', { order }) })
    },
  })
}
