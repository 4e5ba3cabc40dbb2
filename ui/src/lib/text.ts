/** Ids, names, sizes, countries. */
import { locale } from '@/i18n'

const prefixes = { user: 'usr', order: 'ord', payment: 'pay', refund: 'ref', product: 'prd', file: 'fil', audit: 'aud', session: 'ses', import: 'imp', job: 'job', mail: 'mai', run: 'run' } as const
export type IdKind = keyof typeof prefixes

/** `ord_…8f2c`: enough to recognise, never enough to mistake for the whole. */
export const shortId = (id: string, kind?: IdKind) => `${kind ? `${prefixes[kind]}_` : ''}…${id.slice(-4)}`

export const initials = (name: string) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((part) => part.charAt(0))
    .filter((_, i, all) => i === 0 || i === all.length - 1)
    .join('')
    .toUpperCase()

/** `C-17` for a cart, `D-18` for a draft: they are counted together. */
export const cartName = ({ kind, number }: { kind: 'cart' | 'draft'; number: number }) => `${kind === 'draft' ? 'D' : 'C'}-${number}`

export const orderName = (number: number | string) => `#${String(number).replace(/^#/, '')}`

export function country(code: string | null | undefined): string {
  if (!code) return ''
  try {
    return new Intl.DisplayNames([locale()], { type: 'region' }).of(code) ?? code
  } catch {
    return code
  }
}

export function bytes(size: number): string {
  const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  const step = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), steps.length - 1)
  const value = size / 1000 ** step
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: steps[step] ?? 'byte', unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 }).format(value)
}

/** A plain number as it is written here, and read back. */
export const plain = (value: number) => value.toLocaleString(locale(), { useGrouping: false, maximumFractionDigits: 6 })
export function parseNumber(text: string): number | undefined {
  const bare = text.trim().replace(',', '.')
  return /^\d+(\.\d+)?$|^\.\d+$/.test(bare) ? Number(bare) : undefined
}
export const weight = (kilograms: number) => new Intl.NumberFormat(locale(), { style: 'unit', unit: 'kilogram', maximumFractionDigits: 3 }).format(kilograms)

let codes: string[] | undefined
/** Every country there is a name for, in the order of their names here. */
export function countryCodes(): string[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  // Groups and leftovers of the standard that are no countries.
  const not = new Set(['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ', 'AC', 'CP', 'CQ', 'DG', 'EA', 'IC', 'TA'])
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
  codes ??= letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => !not.has(code) && names.of(code) && Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`)
  return codes.toSorted((a, b) => country(a).localeCompare(country(b), locale()))
}
