/** Where a refund goes: back the way it was paid, or to the customer's stored credit; and what a person has to send by hand. */
import { useId } from 'react'
import type { OrderDetail, RefundPreview } from '@/api/shapes'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { ACCOUNT, CREDIT } from '../methods'

/** Whether there is anything to choose: what was paid with stored credit alone goes back there either way. */
const offered = (order: OrderDetail, only: string) => (order.payments ?? []).some((payment) => payment.captured.amount > 0 && payment.provider !== CREDIT && (!only || payment.id === only))

export function Way({ order, only, toCredit, onChange }: { order: OrderDetail; only: string; toCredit: boolean; onChange: (toCredit: boolean) => void }) {
  const name = useId()
  if (!offered(order, only)) return null
  return (
    <fieldset className="field">
      <legend className="field-label">{t('refund.way')}</legend>
      <div className="chips-choice">
        {[false, true].map((credit) => (
          <label key={String(credit)} className={`chip-choice${toCredit === credit ? ' chip-on' : ''}`}>
            <input type="radio" name={name} className="unseen" checked={toCredit === credit} onChange={() => onChange(credit)} />
            {t(credit ? 'refund.wayCredit' : 'refund.wayBack')}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

/** Of what was sold on account only what had come is sent; how much that is, the lines of the books say. */
export function ByHand({ order, preview }: { order: OrderDetail; preview: RefundPreview }) {
  const outside = preview.payments.filter((part) => part.outside)
  if (outside.length === 0) return null
  const account = outside.some((part) => order.payments.some((payment) => payment.id === part.paymentId && payment.provider === ACCOUNT))
  const amount = money({ ...preview.amount, amount: outside.reduce((sum, part) => sum + part.amount.amount, 0) })
  return <p className="form-note">{account ? t('refund.partByHand') : t('refund.byHand', { amount })}</p>
}
