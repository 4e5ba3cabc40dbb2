/** How a payment went, in one sentence. */
import type { Payment } from '@/api/shapes'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'

export function payWords(payment: Payment) {
  const amount = money(payment.state === 'captured' ? payment.captured : payment.amount)
  const order = orderName(payment.orderNumber)
  return (
    payment.state === 'captured' && payment.provider === 'account' ? t('pay.onAccount', { amount, order, name: payment.customer.name })
    : payment.state === 'captured' && payment.provider === 'credit' ? t('pay.byCredit', { amount, order })
    : payment.state === 'captured' ? t('pay.captured', { amount, order })
    : payment.state === 'authorised' ? t('pay.authorised', { amount, order })
    : payment.state === 'requires_action' ? t('pay.requiresAction', { order })
    : payment.state === 'failed' ? t('pay.failed', { order })
    : payment.state === 'unknown' ? t('pay.unknown', { order })
    : payment.state === 'voided' ? t('payments.voided', { amount })
    : t('pay.processing', { order })
  )
}
