/** Where an order goes, as fields of a form; their names are the engine's. */
import type { Address } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import type { Form, Values } from '@/forms/use-form'
import { t } from '@/i18n'
import { country, countryCodes } from '@/lib/text'

export const addressParts = ['name', 'street', 'zipCode', 'city', 'state', 'country', 'phone'] as const
type Part = (typeof addressParts)[number]
export type AddressText = { [P in Part as `shippingAddress.${P}`]: string }
const needed: Part[] = ['name', 'street', 'zipCode', 'city', 'country']

export const addressText = (address?: Partial<Address> | null) => Object.fromEntries(addressParts.map((part) => [`shippingAddress.${part}`, address?.[part] ?? ''])) as AddressText
export const addressOf = (values: AddressText) => Object.fromEntries(addressParts.map((part) => [part, values[`shippingAddress.${part}`].trim()])) as unknown as Address
export const lacks = (values: AddressText) => needed.filter((part) => !values[`shippingAddress.${part}`].trim())
export const checkAddress = (values: AddressText): Partial<AddressText> => Object.fromEntries(lacks(values).map((part) => [`shippingAddress.${part}`, t('common.required')]))

/** One line under another, as on a parcel. */
export const addressLines = (to: Address) => [to.name, to.street, [to.zipCode, to.city].filter(Boolean).join(' '), to.state, country(to.country), to.phone].filter(Boolean)

export function AddressFields<V extends Values & AddressText>({ form: given }: { form: Form<V> }) {
  // The fields of a form that has more than these.
  const form = given as unknown as Form<AddressText>
  return (
    <>
      <TextField form={form} name="shippingAddress.name" label={t('orders.addressName')} />
      <TextField form={form} name="shippingAddress.street" label={t('orders.street')} />
      <div className="field-pair field-pair-zip">
        <TextField form={form} name="shippingAddress.zipCode" label={t('orders.zipCode')} max={20} />
        <TextField form={form} name="shippingAddress.city" label={t('orders.city')} />
      </div>
      <div className="field-pair">
        <TextField form={form} name="shippingAddress.state" label={t('orders.region')} optional />
        <SelectField form={form} name="shippingAddress.country" label={t('orders.country')} none={t('orders.chooseCountry')} options={countryCodes().map((value) => ({ value, label: country(value) }))} />
      </div>
      <TextField form={form} name="shippingAddress.phone" label={t('orders.phone')} type="tel" optional max={40} />
    </>
  )
}
