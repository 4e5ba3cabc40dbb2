/** The settings as text in fields, and back: amounts in minor units, a rate in basis points, bands and reasons as lists. Pure. */
import type { Money, Settings } from '@/api/shapes'
import { t } from '@/i18n'
import { parseAmount, typed } from '@/lib/money'
import { parseNumber, plain } from '@/lib/text'

export const currencies = ['EUR', 'USD', 'GBP', 'CHF', 'NOK', 'SEK', 'DKK', 'PLN', 'CZK', 'JPY', 'CAD', 'AUD']

export type BandText = { under: string; price: string }
export type SettingsText = Record<SeatField, string> & { name: string; vatId: string; currency: string; taxRateBp: string; shippingBands: string; freeShippingFrom: string; refundReasons: string; environment: string }

/** The fields of the address, as the engine names them. */
export const seatFields = ['address.street', 'address.zipCode', 'address.city', 'address.state', 'address.country'] as const
export type SeatField = (typeof seatFields)[number]
const seatText = (settings: Settings) => {
  const { street = '', zipCode = '', city = '', state = '', country = '' } = settings.address ?? {}
  return { 'address.street': street, 'address.zipCode': zipCode, 'address.city': city, 'address.state': state, 'address.country': country }
}
/** The address, or nothing where no field says anything. */
function seatOf(text: SettingsText) {
  const [street, zipCode, city, state, country] = seatFields.map((field) => text[field].trim())
  return [street, zipCode, city, state, country].some(Boolean) ? { street, zipCode, city, state, country: country?.toUpperCase() } : null
}

const percentText = (bp: number) => plain(bp / 100)
export const readBands = (text: string) => JSON.parse(text) as BandText[]
export const writeBands = (bands: BandText[]) => JSON.stringify(bands)

export const toText = (settings: Settings): SettingsText => ({
  name: settings.name,
  ...seatText(settings),
  vatId: settings.vatId ?? '',
  currency: settings.currency,
  taxRateBp: percentText(settings.taxRateBp),
  shippingBands: writeBands(settings.shippingBands.map((band) => ({ under: band.underGrams === null || band.underGrams === undefined ? '' : String(band.underGrams), price: typed(band.price) }))),
  freeShippingFrom: settings.freeShippingFrom ? typed(settings.freeShippingFrom) : '',
  refundReasons: settings.refundReasons.join('\n'),
  environment: settings.environment,
})

const basisPoints = (text: string) => {
  const value = parseNumber(text.replace('%', ''))
  if (value === undefined || value > 100) return undefined
  const bp = Math.round(value * 100)
  return Math.abs(bp / 100 - value) < 1e-9 ? bp : undefined
}
export const bandsOf = (text: string, currency: string) => {
  const bands = readBands(text).map((band, i, all) => ({ underGrams: i === all.length - 1 ? null : parseNumber(band.under), price: parseAmount(band.price, currency) }))
  const rising = bands.every((band, i) => band.underGrams === null || (band.underGrams !== undefined && Number.isInteger(band.underGrams) && band.underGrams > (bands[i - 1]?.underGrams ?? 0)))
  return rising && bands.every((band) => band.price !== undefined && band.price >= 0) ? bands : undefined
}

export function checkText(text: SettingsText): Partial<SettingsText> {
  const wrong: Partial<SettingsText> = {}
  if (!text.name.trim()) wrong.name = t('common.required')
  if (seatOf(text)) {
    for (const field of ['address.street', 'address.zipCode', 'address.city'] as const) if (!text[field].trim()) wrong[field] = t('common.required')
    if (!/^[A-Za-z]{2}$/.test(text['address.country'].trim())) wrong['address.country'] = t('seller.badCountry')
  }
  if (basisPoints(text.taxRateBp) === undefined) wrong.taxRateBp = t('settings.badPercent')
  if (!bandsOf(text.shippingBands, text.currency)) wrong.shippingBands = t('settings.badBands')
  if (text.freeShippingFrom.trim() && parseAmount(text.freeShippingFrom, text.currency) === undefined) wrong.freeShippingFrom = t('settings.badAmount', { currency: text.currency })
  return wrong
}

/** What is sent: only what changed; amounts go along when the currency does. */
export function toChange(changed: Partial<SettingsText>, all: SettingsText): Record<string, unknown> {
  const { currency } = all
  const body: Record<string, unknown> = {}
  const has = (name: keyof SettingsText) => changed[name] !== undefined
  const money = (amount: number | undefined): Money => ({ amount: amount ?? 0, currency })
  if (has('name')) body['name'] = all.name.trim()
  if (seatFields.some(has)) body['address'] = seatOf(all)
  if (has('vatId')) body['vatId'] = all.vatId.trim().toUpperCase() || null
  if (has('currency')) body['currency'] = currency
  if (has('environment')) body['environment'] = all.environment
  if (has('taxRateBp')) body['taxRateBp'] = basisPoints(all.taxRateBp)
  if (has('shippingBands') || has('currency')) body['shippingBands'] = bandsOf(all.shippingBands, currency)?.map((band) => ({ underGrams: band.underGrams ?? null, price: money(band.price) }))
  if (has('freeShippingFrom') || has('currency')) body['freeShippingFrom'] = all.freeShippingFrom.trim() ? money(parseAmount(all.freeShippingFrom, currency)) : null
  if (has('refundReasons')) body['refundReasons'] = all.refundReasons.split('\n').map((line) => line.trim()).filter(Boolean)
  return body
}
