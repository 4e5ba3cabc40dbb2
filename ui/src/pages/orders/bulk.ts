/** Moving many orders on at once. Each is one deed of its own, so one that cannot move holds up none of the others. */
import { get, post } from '@/api/client'
import type { BulkResult, OrderDetail, OrderState } from '@/api/shapes'
import { t, type Key } from '@/i18n'
import { each } from '@/lib/each'
import { answered, keyFor } from '@/lib/intent'
import { money } from '@/lib/money'
import type { BulkAction, How } from '@/table/spec'
import { said } from './said'

type Check = (order: OrderDetail) => { ok: boolean; changed: boolean; message?: string }
const bulk = (ids: string[], how: How, check: Check, run: (id: string) => Promise<unknown>): Promise<BulkResult> =>
  each(
    ids,
    async (id) => {
      const found = check(await get<OrderDetail>(`/orders/${id}`))
      if (!how.dryRun && found.changed) await run(id)
      return { id, ...found }
    },
    how,
  )

const move = (id: 'processing' | 'shipped' | 'delivered', label: Key, from: OrderState, done: Key, will: Key): BulkAction => ({
  id,
  label,
  right: 'update:order',
  run: (ids, how) =>
    bulk(
      ids,
      how,
      (order) => (order.state === from ? { ok: true, changed: true } : order.state === id ? { ok: true, changed: false } : { ok: false, changed: false, message: t('orders.bulkNot', { from: t(`state.${from}`) }) }),
      (order) => post(`/orders/${order}/state`, { state: id }, crypto.randomUUID()),
    ),
  effect: (result, isDone) => [t(isDone ? done : will, { n: result.changed }), result.unchanged > 0 ? t('orders.bulkAlready', { n: result.unchanged }) : ''].filter(Boolean).join(' '),
})

/** What a cancellation gives back, summed while the effect is worked out. */
let giveBack = new Map<string, { amount: number; currency: string }>()
const cancel: BulkAction = {
  id: 'cancel',
  label: 'orders.cancelMany',
  keep: 'orders.keepMany',
  right: 'update:order',
  danger: true,
  reason: 'required',
  run: (ids, how) => {
    const { dryRun, reason } = how
    if (dryRun) giveBack = new Map()
    return bulk(
      ids,
      how,
      (order) => {
        if (order.state === 'cancelled') return { ok: true, changed: false }
        if (!['pending', 'paid', 'processing'].includes(order.state)) return { ok: false, changed: false, message: t('orders.bulkGone') }
        if (order.refunds.some((refund) => refund.state === 'waiting')) return { ok: false, changed: false, message: t('orders.cancelWaits') }
        if (dryRun) {
          const left = (order.payments ?? []).reduce((all, payment) => all + payment.refundable.amount, 0)
          if (left > 0) giveBack.set(order.id, { amount: left, currency: order.currency })
        }
        return { ok: true, changed: true }
      },
      (order) => post(`/orders/${order}/cancel`, { reason }, crypto.randomUUID()),
    )
  },
  effect: (result, isDone) => {
    const sums = new Map<string, number>()
    for (const { amount, currency } of giveBack.values()) sums.set(currency, (sums.get(currency) ?? 0) + amount)
    const amounts = [...sums].map(([currency, amount]) => money({ amount, currency })).join(' + ')
    return [
      t(isDone ? 'orders.bulkCancelled' : 'orders.bulkCancel', { n: result.changed }),
      amounts ? t(isDone ? 'orders.bulkGaveBack' : 'orders.bulkGiveBack', { amounts }) : '',
      result.unchanged > 0 ? t('orders.bulkAlready', { n: result.unchanged }) : '',
    ]
      .filter(Boolean)
      .join(' ')
  },
}

type Rows = { rows: { id: string; ok: boolean; code?: string | null; message?: string | null }[]; done: number; refused: number }
/** Making many wait, or letting them go on: one request for all of them. */
const wait = (id: 'hold' | 'release', label: Key, will: Key, done: Key): BulkAction => ({
  id,
  label,
  right: 'update:order',
  ...(id === 'hold' ? { reason: 'required' as const } : {}),
  run: async (ids, { dryRun, reason }) => {
    if (dryRun) return { results: ids.map((one) => ({ id: one, ok: true, changed: true })), changed: ids.length, unchanged: 0, failed: 0 }
    const body = { action: id, ids, ...(reason ? { reason } : {}) }
    const meant = JSON.stringify(['/orders/bulk', body])
    const made = await post<Rows>('/orders/bulk', body, keyFor(meant, crypto.randomUUID())).catch((error: unknown) => {
      if (!said.isUnclear(error)) answered(meant)
      throw error
    })
    answered(meant)
    return { results: made.rows.map((row) => ({ id: row.id, ok: row.ok, changed: row.ok, ...(row.code ? { code: row.code } : {}), ...(row.message ? { message: row.message } : {}) })), changed: made.done, unchanged: 0, failed: made.refused }
  },
  effect: (result, isDone) => t(isDone ? done : will, { n: result.changed }),
})

export const orderBulk: BulkAction[] = [
  move('processing', 'orders.process', 'paid', 'orders.bulkProcessed', 'orders.bulkProcess'),
  move('shipped', 'orders.ship', 'processing', 'orders.bulkShipped', 'orders.bulkShip'),
  move('delivered', 'orders.deliver', 'shipped', 'orders.bulkDelivered', 'orders.bulkDeliver'),
  wait('hold', 'handling.hold', 'handling.bulkHold', 'handling.bulkHeld'),
  wait('release', 'handling.release', 'handling.bulkRelease', 'handling.bulkReleased'),
  cancel,
]
