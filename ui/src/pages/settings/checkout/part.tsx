/** Checkout: tax by country and class, ways of sending, for how long goods and carts are kept, and how long customers may owe. */
import type { CheckoutSettings } from '@/api/shapes'
import { CheckField, SelectField, TextField } from '@/forms/fields'
import { t, type Key } from '@/i18n'
import { keepOptions, keepText } from '@/pages/orders/entry/keep'
import { useMe } from '@/session'
import { SettingsPart, type SettingsPartSpec } from '../part'
import { Methods } from './methods'
import { Rates } from './rates'
import { checkText, methodsInWords, ratesInWords, toChange, toText, type CheckoutText } from './text'

const label = (name: string) => t(`checkout.${name}` as Key)
/** A time that was set elsewhere stays choosable. */
const keepChoices = (now: string) => (keepOptions().some((one) => one.value === now) ? keepOptions() : [...keepOptions(), { value: now, label: keepText(Number(now)) }])
const words = (text: string) => <span className="notes">{text || '–'}</span>

const spec = (currency: string): SettingsPartSpec<CheckoutText, CheckoutSettings> => ({
  id: 'checkout',
  path: '/settings/checkout',
  title: 'checkout.title',
  lead: 'checkout.lead',
  save: 'checkout.save',
  saved: 'checkout.saved',
  label,
  show: (name, value) => (name === 'taxRates' ? words(ratesInWords(String(value))) : name === 'shippingMethods' ? words(methodsInWords(String(value))) : name === 'reserveMinutes' ? (value ? keepText(Number(value)) : t('checkout.forGood')) : typeof value === 'boolean' ? t(value ? 'common.yes' : 'common.no') : value),
  values: toText,
  check: checkText,
  change: toChange,
  wide: true,
  fields: (form) => (
    <>
      <CheckField form={form} name="pricesIncludeTax" label={label('pricesIncludeTax')} />
      <Rates form={form} />
      <Methods form={form} currency={currency} />
      <div className="field-pair">
        <SelectField form={form} name="reserveMinutes" label={label('reserveMinutes')} hint={t('checkout.reserveHint')} options={keepChoices(form.values.reserveMinutes)} />
        <TextField form={form} name="cartDays" label={label('cartDays')} hint={t('checkout.cartDaysHint')} decimal max={3} />
      </div>
      <div className="field-pair">
        <TextField form={form} name="accountDays" label={label('accountDays')} hint={t('checkout.accountDaysHint')} decimal max={3} />
      </div>
    </>
  ),
})

export function Checkout() {
  return <SettingsPart spec={spec(useMe().tenant.currency)} />
}
