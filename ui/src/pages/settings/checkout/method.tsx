/** One way of sending: its name, what it costs, where it goes. */
import type { ShippingMethod } from '@/api/shapes'
import { CheckField, MoneyField, SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm, type Form } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { parseAmount, typed } from '@/lib/money'
import { countryCodes } from '@/lib/text'
import { Bands } from '../bands'
import { bandsOf, writeBands, type BandText } from '../form'

type Text = { code: string; name: string; kind: string; price: string; shippingBands: string; freeFrom: string; countries: string; active: boolean }
const codesOf = (text: string) => text.split(/[\s,;]+/).map((code) => code.trim().toUpperCase()).filter(Boolean)
const slug = (name: string) => name.toLowerCase().normalize('NFD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40)
const bandText = (method: ShippingMethod | undefined): BandText[] => (method && method.bands.length > 0 ? method.bands.map((band) => ({ under: band.underGrams ? String(band.underGrams) : '', price: typed(band.price) })) : [{ under: '', price: '' }])

type Props = { method?: ShippingMethod; others: string[]; currency: string; onClose: () => void; onDone: (method: ShippingMethod) => void }
export function MethodDialog({ method, others, currency, onClose, onDone }: Props) {
  const form: Form<Text> = useForm<Text, ShippingMethod>({
    initial: {
      code: method?.code ?? '',
      name: method?.name ?? '',
      kind: method?.kind ?? 'flat',
      price: method?.price ? typed(method.price) : '',
      shippingBands: writeBands(bandText(method)),
      freeFrom: method?.freeFrom ? typed(method.freeFrom) : '',
      countries: (method?.countries ?? []).join(', '),
      active: method?.active ?? true,
    },
    check: (values) => {
      const code = values.code.trim() || slug(values.name)
      const stranger = codesOf(values.countries).find((one) => !countryCodes().includes(one))
      return {
        ...(values.name.trim() ? {} : { name: t('common.required') }),
        ...(/^[a-z0-9-]{1,40}$/.test(code) || !values.name.trim() ? (others.includes(code) ? { code: t('checkout.codeTaken') } : {}) : { code: t('checkout.codeHint') }),
        ...(values.kind === 'flat' && parseAmount(values.price, currency) === undefined ? { price: t('settings.badAmount', { currency }) } : {}),
        ...(values.kind === 'by_weight' && !bandsOf(values.shippingBands, currency) ? { shippingBands: t('settings.badBands') } : {}),
        ...(!values.freeFrom.trim() || parseAmount(values.freeFrom, currency) !== undefined ? {} : { freeFrom: t('settings.badAmount', { currency }) }),
        ...(stranger ? { countries: t('checkout.notCountry', { code: stranger }) } : {}),
      }
    },
    send: (values) => {
      const money = (text: string) => ({ amount: parseAmount(text, currency) ?? 0, currency })
      const weighed = values.kind === 'by_weight'
      return Promise.resolve({
        code: values.code.trim() || slug(values.name),
        name: values.name.trim(),
        kind: weighed ? 'by_weight' : 'flat',
        ...(weighed ? {} : { price: money(values.price) }),
        bands: weighed ? (bandsOf(values.shippingBands, currency) ?? []).map((band) => ({ underGrams: band.underGrams ?? null, price: { amount: band.price ?? 0, currency } })) : [],
        ...(values.freeFrom.trim() ? { freeFrom: money(values.freeFrom) } : {}),
        countries: codesOf(values.countries),
        active: values.active,
      } satisfies ShippingMethod)
    },
    onDone,
  })
  return (
    <FormDialog form={form} title={method ? t('checkout.changeMethod', { name: method.name }) : t('checkout.addMethod')} deed={t('checkout.keepDeed')} onClose={onClose}>
      <div className="field-pair">
        <TextField form={form} name="name" label={t('checkout.methodName')} max={80} autoFocus />
        <TextField form={form} name="code" label={t('checkout.methodCode')} max={40} placeholder={slug(form.values.name)} optional />
      </div>
      <SelectField form={form} name="kind" label={t('checkout.kind')} options={['flat', 'by_weight'].map((value) => ({ value, label: word('shippingKind', value) }))} />
      {form.values.kind === 'flat' ? <MoneyField form={form} name="price" label={t('checkout.price')} currency={currency} /> : <Bands form={form} currency={currency} error={form.errors['shippingBands']} />}
      <MoneyField form={form} name="freeFrom" label={t('checkout.freeFrom')} hint={t('checkout.freeFromHint')} currency={currency} optional />
      <TextField form={form} name="countries" label={t('checkout.countries')} hint={t('checkout.countriesHint')} max={1000} optional />
      <CheckField form={form} name="active" label={t('checkout.offered')} />
    </FormDialog>
  )
}
