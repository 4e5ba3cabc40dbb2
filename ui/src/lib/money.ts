/** Money as people read it, from minor units and the currency's own exponent. No float decides an amount. */
import { locale } from '@/i18n'
import type { Money } from '@/api/shapes'

const exponents = new Map<string, number>()
export function exponent(currency: string): number {
  const known = exponents.get(currency)
  if (known !== undefined) return known
  let digits = 2
  try {
    digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    // Not an ISO code: two digits, and the code itself is shown.
  }
  exponents.set(currency, digits)
  return digits
}

/** The exact decimal text of minor units: 5900 in EUR is "59.00". */
export function decimal({ amount, currency }: Money): string {
  const digits = exponent(currency)
  const sign = amount < 0 ? '-' : ''
  const text = String(Math.abs(amount)).padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

const formats = new Map<string, Intl.NumberFormat>()
function formatFor(currency: string) {
  const key = `${locale()} ${currency}`
  let found = formats.get(key)
  if (!found) {
    const digits = exponent(currency)
    const base = { minimumFractionDigits: digits, maximumFractionDigits: digits }
    try {
      found = new Intl.NumberFormat(locale(), { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...base })
    } catch {
      found = new Intl.NumberFormat(locale(), base)
    }
    formats.set(key, found)
  }
  return found
}

// Intl formats a decimal string exactly; TypeScript's numeric literal type is the only thing in the way.
const exact = (money: Money) => decimal(money) as `${number}`

/** A minus as typeset, not the hyphen some locales write. */
const minus = (text: string) => text.replace('-', '\u2212')

export const money = (value: Money) => minus(formatFor(value.currency).format(exact(value)))
/** The pieces, so that the currency can stand quietly beside the figure. */
export const moneyParts = (value: Money) => formatFor(value.currency).formatToParts(exact(value)).map((part) => (part.type === 'minusSign' ? { ...part, value: '\u2212' } : part))

/** Short, for axes and tiles: € 12.4k. */
export const moneyShort = ({ amount, currency }: Money) =>
  new Intl.NumberFormat(locale(), {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(amount / 10 ** exponent(currency))

/** What a person typed, as minor units; undefined when it is not an amount of this currency. Reads 1.234,56 and 1,234.56. */
export function parseAmount(text: string, currency: string): number | undefined {
  const digits = exponent(currency)
  const bare = text.replace(/[\s\u00a0\u202f'’]/g, '').replace(/^[^\d.,+-]+|[^\d.,]+$/g, '')
  const comma = bare.lastIndexOf(',')
  const dot = bare.lastIndexOf('.')
  const mark = Math.max(comma, dot)
  const decimals = bare.length - mark - 1
  const both = comma >= 0 && dot >= 0
  const repeated = mark >= 0 && bare.indexOf(bare.charAt(mark)) !== mark
  // One mark followed by exactly three digits groups thousands, unless the currency itself has three.
  const isFraction = mark >= 0 && !repeated && decimals <= digits && (both || decimals !== 3 || digits === 3)
  const whole = (isFraction ? bare.slice(0, mark) : bare).replace(/[.,]/g, '')
  const fraction = isFraction ? bare.slice(mark + 1) : ''
  if (!/^[+-]?\d+$/.test(whole === '' && fraction ? '0' : whole) || !/^\d*$/.test(fraction)) return undefined
  if (!isFraction && mark >= 0 && !/^[+-]?\d{1,3}([.,]\d{3})+$/.test(bare)) return undefined
  const value = Number(`${whole === '' ? '0' : whole}${fraction.padEnd(digits, '0')}`)
  return Number.isSafeInteger(value) ? value : undefined
}

/** An amount as one would type it here: no grouping, the reader's own decimal mark. */
export function typed(value: Money): string {
  const mark = new Intl.NumberFormat(locale()).formatToParts(1.1).find((part) => part.type === 'decimal')?.value ?? '.'
  return decimal(value).replace('.', mark)
}

/** `even` keeps the digits also where they are nought: figures that stand under each other. */
export const percent = (basisPoints: number, digits = 1, even = false) =>
  minus(new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: digits, ...(even ? { minimumFractionDigits: digits } : {}) }).format(basisPoints / 10_000))
export const number = (value: number) => value.toLocaleString(locale())
