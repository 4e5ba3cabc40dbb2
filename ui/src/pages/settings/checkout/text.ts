/** How orders are taxed and sent, as text in fields, and back. Pure. */
import type { CheckoutSettings, ShippingMethod, TaxRate } from '@/api/shapes'
import { t } from '@/i18n'
import { money, percent } from '@/lib/money'
import { country, parseNumber, plain } from '@/lib/text'

export type RateText = { country: string; taxClass: TaxRate['taxClass']; percent: string }
export type CheckoutText = { pricesIncludeTax: boolean; taxRates: string; shippingMethods: string; reserveMinutes: string; cartDays: string; accountDays: string }

export const readRates = (text: string) => JSON.parse(text) as RateText[]
export const writeRates = (rates: RateText[]) => JSON.stringify(rates)
export const readMethods = (text: string) => JSON.parse(text) as ShippingMethod[]
export const writeMethods = (methods: ShippingMethod[]) => JSON.stringify(methods)

export const toText = (settings: CheckoutSettings): CheckoutText => ({
  pricesIncludeTax: settings.pricesIncludeTax,
  taxRates: writeRates(settings.taxRates.map((rate) => ({ country: rate.country ?? '', taxClass: rate.taxClass, percent: plain(rate.rateBp / 100) }))),
  shippingMethods: writeMethods(settings.shippingMethods),
  reserveMinutes: settings.reserveMinutes ? String(settings.reserveMinutes) : '',
  cartDays: String(settings.cartDays),
  accountDays: String(settings.accountDays),
})

/** Hundredths of a percent, at most 100 %. */
export function basisPoints(text: string): number | undefined {
  const value = parseNumber(text.replace('%', ''))
  if (value === undefined || value > 100) return undefined
  const bp = Math.round(value * 100)
  return Math.abs(bp / 100 - value) < 1e-9 ? bp : undefined
}

const isDays = (text: string) => /^\d{1,3}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 365

export function checkText(text: CheckoutText): Partial<Record<keyof CheckoutText, string>> {
  const rates = readRates(text.taxRates)
  const keys = rates.map((rate) => `${rate.country} ${rate.taxClass}`)
  return {
    ...(rates.some((rate) => basisPoints(rate.percent) === undefined) ? { taxRates: t('settings.badPercent') } : new Set(keys).size < keys.length ? { taxRates: t('checkout.rateTwice') } : {}),
    ...(isDays(text.cartDays) ? {} : { cartDays: t('checkout.daysWrong') }),
    ...(isDays(text.accountDays) ? {} : { accountDays: t('checkout.daysWrong') }),
  }
}

/** Only what changed; a list goes whole. */
export function toChange(changed: Partial<CheckoutText>, all: CheckoutText): Record<string, unknown> {
  const has = (name: keyof CheckoutText) => changed[name] !== undefined
  return {
    ...(has('pricesIncludeTax') ? { pricesIncludeTax: all.pricesIncludeTax } : {}),
    ...(has('taxRates') ? { taxRates: readRates(all.taxRates).map((rate) => ({ country: rate.country || null, taxClass: rate.taxClass, rateBp: basisPoints(rate.percent) ?? 0 })) } : {}),
    ...(has('shippingMethods') ? { shippingMethods: readMethods(all.shippingMethods) } : {}),
    ...(has('reserveMinutes') ? { reserveMinutes: all.reserveMinutes ? Number(all.reserveMinutes) : null } : {}),
    ...(has('cartDays') ? { cartDays: Number(all.cartDays) } : {}),
    ...(has('accountDays') ? { accountDays: Number(all.accountDays) } : {}),
  }
}

/** What a way of sending costs, in a few words. */
export function costs(method: ShippingMethod): string {
  if (method.kind === 'flat') return method.price ? money(method.price) : ''
  const prices = method.bands.map((band) => band.price)
  const [first, last] = [prices[0], prices.at(-1)]
  return first && last && first.amount !== last.amount ? `${money(first)} – ${money(last)}` : first ? money(first) : ''
}
export const goesTo = (codes: string[]) => (codes.length === 0 ? t('checkout.everywhere') : codes.length > 4 ? codes.join(', ') : codes.map(country).join(', '))

/** For a comparison with what somebody else saved. */
export const ratesInWords = (text: string) =>
  readRates(text)
    .map((rate) => `${rate.country ? country(rate.country) : t('checkout.anywhere')}: ${percent(basisPoints(rate.percent) ?? 0)}`)
    .join('\n')
export const methodsInWords = (text: string) =>
  readMethods(text)
    .map((method) => `${method.name}: ${costs(method)}`)
    .join('\n')
