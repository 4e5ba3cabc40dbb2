/** Asks a provider how far the customer is. The sandbox is not asked but told: there somebody here stands in for the customer. */
import { post } from '@/api/client'
import type { Payment, PaymentDone } from '@/api/shapes'
import { toast, toastProblem } from '@/parts/toasts'
import { payWords } from './pay-words'

export const canLook = (payment: Payment) => payment.state === 'requires_action' && payment.provider !== 'sandbox'

export async function look(payment: Payment): Promise<Payment | undefined> {
  if (!canLook(payment)) return undefined
  try {
    const { payment: now } = await post<PaymentDone>(`/payments/${payment.id}/confirm`, { outcome: 'success' }, crypto.randomUUID())
    toast({ text: payWords(now), ...(now.state === 'failed' ? { bad: true } : {}) })
    return now
  } catch (error) {
    toastProblem(error)
    return undefined
  }
}
