/** The rules of signing in as text in fields, and back. Pure. */
import type { SignInPolicy } from '@/api/shapes'
import { locale, t } from '@/i18n'
import { parseAmount, typed } from '@/lib/money'
import { byRank } from '@/pages/people/roles'

export type RulesText = { requireFactorFor: string; stepUp: string; stepUpRefundFrom: string; idleMinutes: string; rememberedIdleMinutes: string; absoluteDays: string; selfRegistration: string; unprovedDays: string }

export const toRules = (currency: string) => (policy: SignInPolicy): RulesText => ({
  requireFactorFor: (policy.requireFactorFor as string[]).toSorted(byRank).join(' '),
  stepUp: policy.stepUp,
  stepUpRefundFrom: policy.stepUpRefundFrom == null ? '' : typed({ amount: policy.stepUpRefundFrom, currency }),
  idleMinutes: String(policy.idleMinutes),
  rememberedIdleMinutes: String(policy.rememberedIdleMinutes),
  absoluteDays: String(policy.absoluteDays),
  selfRegistration: String(policy.selfRegistration),
  unprovedDays: policy.unprovedDays == null ? '' : String(policy.unprovedDays),
})

export const checkRules = (currency: string) => (text: RulesText): Partial<RulesText> =>
  text.stepUpRefundFrom.trim() && parseAmount(text.stepUpRefundFrom, currency) === undefined ? { stepUpRefundFrom: t('settings.badAmount', { currency }) } : {}

/** What is sent: only what changed. */
export function toPolicy(changed: Partial<RulesText>, currency: string): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  if (changed.requireFactorFor !== undefined) body['requireFactorFor'] = changed.requireFactorFor.split(' ').filter(Boolean)
  if (changed.stepUp !== undefined) body['stepUp'] = changed.stepUp
  if (changed.stepUpRefundFrom !== undefined) body['stepUpRefundFrom'] = changed.stepUpRefundFrom.trim() ? parseAmount(changed.stepUpRefundFrom, currency) : null
  for (const name of ['idleMinutes', 'rememberedIdleMinutes', 'absoluteDays'] as const) if (changed[name] !== undefined) body[name] = Number(changed[name])
  if (changed.selfRegistration !== undefined) body['selfRegistration'] = changed.selfRegistration === 'true'
  if (changed.unprovedDays !== undefined) body['unprovedDays'] = changed.unprovedDays ? Number(changed.unprovedDays) : null
  return body
}

const DAY = 1440
const unit = (value: number, name: string) => new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'long' }).format(value)
export const days = (value: number) => unit(value, 'day')
/** 90 minutes stay minutes; what is a whole number of hours or days is said so. */
export const span = (minutes: number) => (minutes % DAY === 0 ? days(minutes / DAY) : minutes % 60 === 0 ? unit(minutes / 60, 'hour') : unit(minutes, 'minute'))

const offered = (usual: number[], now: string, say: (value: number) => string) =>
  [...new Set([...usual, Number(now)])].toSorted((a, b) => a - b).map((value) => ({ value: String(value), label: say(value) }))
export const spans = (now: string) => offered([15, 30, 60, 240, 480, DAY, 7 * DAY, 30 * DAY, 90 * DAY], now, span)
/** How long whoever never proved the address stays; nothing: for good. */
export const unproved = (now: string) => [...offered([7, 14, 30, 60, 90], now || '30', days), { value: '', label: t('rules.unprovedNever') }]
export const longest = (now: string) => offered([1, 7, 30, 90, 180, 365], now, days)
