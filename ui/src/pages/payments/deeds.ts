/** Deeds on one payment that are asked with a plain question. */
import type { Payment, PaymentDone } from '@/api/shapes'
import { post } from '@/api/client'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { confirm } from '@/parts/confirm'
import { tellPayment } from '../orders/pay'


/** Lets go of what was promised. */
export function askVoid(payment: Payment) {
  const key = crypto.randomUUID()
  const amount = money(payment.amount)
  confirm({
    title: t('payments.voidTitle', { order: orderName(payment.orderNumber) }),
    body: t('payments.voidBody', { amount, name: payment.customer.name }),
    deed: t('payments.voidDeed', { amount }),
    danger: true,
    name: orderName(payment.orderNumber),
    run: async () => void tellPayment(await post<PaymentDone>(`/payments/${payment.id}/void`, undefined, key)),
  })
}

/** Ends what the customer was asked to do; in the sandbox somebody here says how. */
export function askConfirm(payment: Payment, outcome: 'success' | 'fail' = 'success') {
  const key = crypto.randomUUID()
  const amount = money(payment.amount)
  confirm({
    title: t(outcome === 'success' ? 'payments.confirmTitle' : 'payments.confirmFailTitle', { order: orderName(payment.orderNumber) }),
    body: t(outcome === 'success' ? 'payments.confirmBody' : 'payments.confirmFailBody', { amount, name: payment.customer.name }),
    deed: t(outcome === 'success' ? 'payments.confirmDeed' : 'payments.confirmFailDeed', { amount }),
    danger: outcome === 'fail',
    run: async () => void tellPayment(await post<PaymentDone>(`/payments/${payment.id}/confirm`, { outcome }, key)),
  })
}
