/** Whether a customer is late: a day to pay by is over when it is over where the reader is. Pure. */
import type { Receivable } from '@/api/shapes'
import { isoDay } from '@/lib/time'

export type OwedState = 'owed' | 'late' | 'settled'

export function owedState({ owed, dueAt }: Pick<Receivable, 'owed' | 'dueAt'>, now = new Date()): OwedState {
  if (owed.amount === 0) return 'settled'
  return new Date(dueAt).getTime() < new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime() ? 'late' : 'owed'
}

/** The end of a day as a field names it, as the engine reads it. */
export const endOf = (day: string) => new Date(`${day}T23:59:59`).toISOString()

const YEARS = 2
/** Whether a customer can be given until the end of that day: from today on, within two years. */
export function canBe(day: string, now = new Date()): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return false
  const last = new Date(now.getTime())
  last.setDate(last.getDate() + YEARS * 365 - 1)
  return day >= isoDay(now) && day <= isoDay(last)
}
