/** Months and the last days of periods, by the calendar the books are kept in (UTC). */
import { locale } from '@/i18n'

const DAY = 86_400_000
const utc = (options: Intl.DateTimeFormatOptions, at: number) => new Intl.DateTimeFormat(locale(), { ...options, timeZone: 'UTC' }).format(new Date(at))

/** `2026-11` as it stands under a chart, or whole. */
export const monthShort = (month: string) => utc({ month: 'short', ...(month.endsWith('-01') ? { year: '2-digit' } : {}) }, Date.parse(`${month.slice(0, 7)}-15T12:00:00Z`))
/** The same with its year, for a column. */
export const monthYear = (month: string) => utc({ month: 'short', year: 'numeric' }, Date.parse(`${month.slice(0, 7)}-15T12:00:00Z`))
export const monthName = (month: string) => utc({ month: 'long', year: 'numeric' }, Date.parse(`${month.slice(0, 7)}-15T12:00:00Z`))

/** The last day a period holds: the one before its end, where it ends at midnight; the moment itself elsewhere. */
export function lastDay(endsAt: string): string {
  const at = Date.parse(endsAt)
  return at % DAY === 0 ? utc({ dateStyle: 'medium' }, at - DAY) : utc({ dateStyle: 'medium', timeStyle: 'short' }, at)
}
/** The instant a period ends whose last day is this one: the midnight after it. */
export const endAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + DAY).toISOString()
/** The last day of the month before this moment's, as a date field has it. */
export function monthBefore(now: number): string {
  const at = new Date(now)
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 0)).toISOString().slice(0, 10)
}
/** How many months lie between two: 2026-01 and 2026-03 are two apart. */
export const apart = (from: string, to: string) => (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7))
