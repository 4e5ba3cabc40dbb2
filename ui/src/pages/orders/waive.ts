/** Doing without what is missing of an order that was paid in part. */
import { post } from '@/api/client'
import type { OrderDetail } from '@/api/shapes'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { confirm } from '@/parts/confirm'
import { said } from './said'

export function askWaive(order: OrderDetail, took: (reply: OrderDetail) => void) {
  const [amount, name, key] = [money(order.due), orderName(order.number), crypto.randomUUID()]
  confirm({
    title: t('partly.title', { order: name }),
    body: t('partly.body', { amount, paid: money(order.paid), name: order.customer.name }),
    deed: t('partly.waive', { amount }),
    danger: true,
    name,
    reason: 'required',
    run: async (reason) => {
      took(await post<OrderDetail>(`/orders/${order.id}/waive`, { reason }, key))
      void said.toast({ text: t('partly.done', { amount, order: name }), type: 'order', id: order.id, action: 'order.waive' })
    },
  })
}
