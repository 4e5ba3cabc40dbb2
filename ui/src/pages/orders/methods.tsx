/** How a new payment can be made: what whoever leads takes, as choices of a dialog. */
import { useQuery } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { Money, PaymentMethods } from '@/api/shapes'
import { t, word, wordFor } from '@/i18n'
import { money } from '@/lib/money'
import { Part } from '@/parts/states'
import { sees } from '@/session'

type Choice = { value: string; label: string; hint: string }

/** The sandbox has more cards than one wants to choose among; the others are on its own page. */
const usual = ['pm_card_visa', 'pm_card_mastercard', 'pm_card_authentication_required', 'pm_card_processing', 'pm_card_timeout', 'pm_card_declined']
/** What our own books take: stored credit, and a sale on account. */
export const CREDIT = 'credit'
export const ACCOUNT = 'account'
export const isOurs = (method: string | undefined) => method === CREDIT || method === ACCOUNT
/** The choice that is none of those offered: a means of payment the provider keeps. */
export const KEPT = '(kept)'

export const useMeans = (orderId?: string) => useQuery({ ...read<PaymentMethods>('/payment-methods', orderId ? { orderId } : {}), enabled: sees('capture:payment'), staleTime: 0 })

/** What can be taken without asking anybody; `due`: what is to be paid of the order that is asked about. */
function oursOf({ credit, onAccount }: PaymentMethods, due: Money | undefined): Choice[] {
  const rest = due && credit ? due.amount - credit.amount : 0
  return [
    ...(due && credit && credit.amount > 0 ? [{ value: CREDIT, label: t('pay.creditLeft', { amount: money(credit) }), hint: rest > 0 ? t('pay.creditPart', { rest: money({ ...due, amount: rest }) }) : t('pay.creditAll') }] : []),
    ...(onAccount ? [{ value: ACCOUNT, label: word('method', ACCOUNT), hint: word('methodHint', ACCOUNT) }] : []),
  ]
}

/** What can be chosen, the usual first. */
export const choicesOf = (means: PaymentMethods, due?: Money): Choice[] => {
  const known = means.provider === 'sandbox' ? means.methods.filter((one) => usual.includes(one.method)).sort((a, b) => usual.indexOf(a.method) - usual.indexOf(b.method)) : means.methods
  return [
    ...known.map(({ method, label, does }) => ({ value: method, label: wordFor('method', method) ?? label, hint: wordFor('methodHint', method) ?? does })),
    ...(means.others ? [{ value: KEPT, label: t('pay.kept', { name: means.name }), hint: t('pay.keptHint', { name: means.name }) }] : []),
    ...oursOf(means, due),
  ]
}
/** Why nothing can be begun now. */
export const awayOf = (means: PaymentMethods | undefined) => (means?.health === 'open' ? t('pay.away', { name: means.name }) : undefined)

type Props = { means: ReturnType<typeof useMeans>; legend: string; value: string; onValue: (value: string) => void; kept: string; onKept: (kept: string) => void; error?: string | undefined; first?: Choice; due?: Money }

/** The choices; `first` stands before what the provider takes. */
export function MethodChoice({ means, legend, value, onValue, kept, onKept, error, first, due }: Props) {
  const choice = ({ value: method, label, hint }: Choice, at: number) => (
    <label key={method} className={`choice${value === method ? ' choice-on' : ''}`}>
      <input type="radio" name="paymentMethod" data-field="paymentMethod" autoFocus={at === 0} checked={value === method} onChange={() => onValue(method)} />
      <span>
        {label}
        <span className="field-hint">{hint}</span>
      </span>
    </label>
  )
  return (
    <>
      <fieldset className="choices">
        <legend className="field-label">{legend}</legend>
        {first && choice(first, 0)}
        {sees('capture:payment') && (
          <Part query={means} lines={3}>
            {(found) => <>{choicesOf(found, due).map((one, at) => choice(one, first ? at + 1 : at))}</>}
          </Part>
        )}
      </fieldset>
      {value === KEPT && (
        <label className="field">
          <span className="field-label">{t('pay.keptId')}</span>
          <input className="input" value={kept} maxLength={80} placeholder="pm_…" spellCheck={false} autoComplete="off" onChange={(event) => onKept(event.target.value)} />
        </label>
      )}
      {error && <p className="field-error">{error}</p>}
      {means.data && value !== first?.value && !isOurs(value) && <Where means={means.data} />}
    </>
  )
}

/** Whether real money moves, and who has to do something for it. */
const Where = ({ means }: { means: PaymentMethods }) => (
  <>
    {awayOf(means) && <p className="notice notice-bad" role="status">{awayOf(means)}</p>}
    {means.byCustomer && <p className="quiet">{t('pay.byCustomer', { name: means.name })}</p>}
    <p className="quiet">{means.provider === 'sandbox' ? t('pay.sandbox') : t(means.live ? 'pay.live' : 'pay.test', { name: means.name })}</p>
  </>
)
