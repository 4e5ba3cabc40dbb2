/** Deeds on one payment that are asked with a plain question. */
import type { DisputeDetail, Payment, PaymentDone } from '@/api/shapes'
import { post } from '@/api/client'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'
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
/** In the sandbox somebody here stands in for the customer's bank. */
export function askDispute(payment: Payment) {
  const amount = money(payment.captured)
  const order = orderName(payment.orderNumber)
  confirm({
    title: t('disputes.openTitle', { order }),
    body: t('disputes.openBody', { amount }),
    deed: t('disputes.openDeed', { amount }),
    danger: true,
    name: order,
    run: async () => {
      const made = await post<DisputeDetail>(`/payments/${payment.id}/dispute`, {})
      toast({ text: t('disputes.openDone', { order }), link: { to: paths.dispute(made.id), label: t('common.open') } })
    },
  })
}
