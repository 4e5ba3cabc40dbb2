/** Times as people read them: relative within a day, absolute after, always in the reader's zone. */
import { locale, t } from '@/i18n'

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

export function ago(at: number, now = Date.now()): string {
  const seconds = Math.round((at - now) / 1000)
  // A clock a little ahead of ours is no future.
  if (seconds > -2 && seconds < 60) return t('common.justNow')
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'always', style: 'short' })
  for (const [unit, size] of units) if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  return t('common.justNow')
}

const sameYear = (a: Date, b: Date) => a.getFullYear() === b.getFullYear()

const months = Array.from({ length: 12 }, (_, month) => month)
const lengths = new Map<string, number>()
/** How many letters the longest moment of this year has in the reader's language. */
export function longestWhen(): number {
  const tongue = locale()
  let found = lengths.get(tongue)
  if (found === undefined) {
    const year = new Date().getFullYear()
    const now = new Date(year, 5).getTime()
    found = Math.max(...months.map((month) => when(new Date(year, month, 28, 22, 44).toISOString(), now).length))
    lengths.set(tongue, found)
  }
  return found
}

export function when(iso: string, now = Date.now()): string {
  const at = Date.parse(iso)
  if (Number.isNaN(at)) return iso
  if (Math.abs(now - at) < 86_400_000) return ago(at, now)
  const date = new Date(at)
  return new Intl.DateTimeFormat(locale(), {
    day: 'numeric',
    month: 'short',
    ...(sameYear(date, new Date(now)) ? { hour: '2-digit', minute: '2-digit' } : { year: 'numeric' }),
  }).format(date)
}

export const exactly = (iso: string) =>
  t('common.exact', {
    exact: new Intl.DateTimeFormat(locale(), { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(iso)),
    zone: zone(),
  })

export const day = (iso: string) => new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short' }).format(new Date(`${iso.slice(0, 10)}T12:00:00`))
export const date = (iso: string) => new Intl.DateTimeFormat(locale(), { dateStyle: 'medium' }).format(new Date(iso.length === 10 ? `${iso}T12:00:00` : iso))
/** A moment of a filter: a day as a day; an instant that is not a local day's edge with its time. */
export function edge(iso: string): string {
  if (iso.length === 10) return date(iso)
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const minutes = at.getHours() * 60 + at.getMinutes()
  return minutes === 0 || minutes === 1439 ? date(iso) : new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(at)
}
export const clock = (at: number) => new Intl.DateTimeFormat(locale(), { timeStyle: 'short' }).format(new Date(at))

/** The same to the second, for what follows quickly. */
export const clockExact = (at: number) => new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }).format(new Date(at))

/** How long something took: 84 ms, 1.2 sec, 5 min. */
export function span(ms: number): string {
  const [unit, size] = spans.find(([, each], i) => ms < (i === 0 ? 1_000 : each * (spans[i + 1] ? 120 : Infinity))) ?? spans[0]
  const value = ms / size
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: unit === 'second' && value < 10 ? 1 : 0 }).format(value)
}
const spans: [[string, number], ...[string, number][]] = [
  ['millisecond', 1],
  ['second', 1_000],
  ['minute', 60_000],
  ['hour', 3_600_000],
]

/** The local calendar day, as a filter writes it. */
export const isoDay = (at: Date) => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`
export const daysBack = (days: number, from = new Date()) => isoDay(new Date(from.getFullYear(), from.getMonth(), from.getDate() - days))
