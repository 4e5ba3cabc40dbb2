/** Payments of the sandbox that were taken, found by words. */
import { get } from '@/api/client'
import type { Payment } from '@/api/shapes'
import type { Found } from '@/forms/find'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'

export const findPayments = async (words: string): Promise<Found<Payment>[]> =>
  (await get<Payment[]>('/payments', { search: words, state: 'captured,partially_refunded', limit: 8 })).map((one) => ({ value: one.id, label: `${orderName(one.orderNumber)} · ${money(one.amount)}`, note: one.customer.name, refuse: one.provider === 'sandbox' ? undefined : t('sandbox.notOurs'), record: one }))
