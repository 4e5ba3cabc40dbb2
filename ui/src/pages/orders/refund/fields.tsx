/** The amount and the reason of a refund. */
import { useEffect, useId, useRef } from 'react'
import type { Form, Values } from '@/forms/use-form'
import { t } from '@/i18n'
import { money, typed } from '@/lib/money'
import { Button } from '@/parts/button'
import { useMe } from '@/session'

export const OTHER = '…'

/** The reasons the settings offer; if there are none, the usual ones. */
export function useReasons(): string[] {
  const own = useMe().tenant.refundReasons
  return own.length > 0 ? own : [t('refund.reasonBroken'), t('refund.reasonLate'), t('refund.reasonWrong'), t('refund.reasonUnwanted')]
}

type AmountProps = { currency: string; left: number; whole: boolean; text: string; onText: (text: string) => void; onWhole: () => void; error: string | undefined; note: string | undefined }
/** One field: what remains stands in it until something else is typed or picked. */
export function Amount({ currency, left, whole, text, onText, onWhole, error, note }: AmountProps) {
  const id = useId()
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => box.current?.select(), [])
  const shown = whole ? typed({ amount: left, currency }) : text
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {t('refund.amount')}
      </label>
      <div className="amount-line">
        <span className="input-with">
          <input
            ref={box}
            id={id}
            className="input num"
            data-field="amount"
            inputMode="decimal"
            autoComplete="off"
            autoFocus
            value={shown}
            aria-invalid={error ? true : undefined}
            aria-describedby={error ? `${id}-error` : undefined}
            onChange={(event) => onText(event.target.value)}
          />
          <span className="input-suffix">{currency}</span>
        </span>
        <Button onClick={onWhole} aria-pressed={whole}>
          {t('refund.whole', { left: money({ amount: left, currency }) })}
        </Button>
      </div>
      {note && !error && (
        <p className="field-hint" role="status">
          {note}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  )
}

export function Reason<V extends Values & { reason: string; other: string }>({ form, reasons }: { form: Form<V>; reasons: string[] }) {
  const { reason, other } = form.values
  const name = useId()
  const error = form.errors['reason']
  return (
    <fieldset className="field">
      <legend className="field-label">{t('common.reason')}</legend>
      <div className="chips-choice">
        {[...reasons, OTHER].map((one) => (
          <label key={one} className={`chip-choice${reason === one ? ' chip-on' : ''}`}>
            <input type="radio" name={name} className="unseen" checked={reason === one} onChange={() => form.set('reason', one as V['reason'])} data-field="reason" />
            {one === OTHER ? t('refund.reasonOther') : one}
          </label>
        ))}
      </div>
      {reason === OTHER && <input className="input" aria-label={t('common.reason')} value={other} maxLength={500} autoFocus onChange={(event) => form.set('other', event.target.value as V['other'])} />}
      {error && (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  )
}
