/** The rules of passwords as text in fields, and back. Pure. */
import type { PasswordPolicy } from '@/api/shapes'
import { t } from '@/i18n'
import { days } from './rules'

export type PasswordText = { minLength: string; minScore: string; requireClasses: boolean; history: string; adminExpiryDays: string; staffExpiryDays: string; requireVerifiedEmail: boolean }

const text = (value: number | null | undefined) => (value == null ? '' : String(value))
export const toPasswordText = (policy: PasswordPolicy): PasswordText => ({
  minLength: text(policy.minLength),
  minScore: text(policy.minScore),
  requireClasses: policy.requireClasses,
  history: text(policy.history),
  adminExpiryDays: text(policy.adminExpiryDays),
  staffExpiryDays: text(policy.staffExpiryDays),
  requireVerifiedEmail: policy.requireVerifiedEmail,
})

const within = (value: string, from: number, to: number) => /^\d+$/.test(value.trim()) && Number(value) >= from && Number(value) <= to
export const checkPasswords = ({ minLength, history }: PasswordText): Partial<Record<keyof PasswordText, string>> => ({
  ...(within(minLength, 8, 64) ? {} : { minLength: t('passwords.range', { from: 8, to: 64 }) }),
  ...(within(history, 5, 24) ? {} : { history: t('passwords.range', { from: 5, to: 24 }) }),
})

/** What is sent: only what changed; an empty expiry means never. */
export const toPasswordChange = (changed: Partial<PasswordText>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, typeof value === 'boolean' ? value : value === '' ? null : Number(value)]))

export const expiries = (now: string) => [
  { value: '', label: t('passwords.never') },
  ...[...new Set([30, 60, 90, 180, 365, ...(now ? [Number(now)] : [])])].toSorted((a, b) => a - b).map((value) => ({ value: String(value), label: days(value) })),
]
