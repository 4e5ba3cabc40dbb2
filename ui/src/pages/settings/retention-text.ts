/** How long things are kept, as text in fields and back. Pure. */
import type { Retention } from '@/api/shapes'
import { t } from '@/i18n'

export const spans = ['signInDays', 'sessionDays', 'mailDays', 'importDays', 'deletedPeopleDays'] as const
type Span = (typeof spans)[number]
export type RetentionText = Record<Span, string>

export const toDays = (kept: Retention): RetentionText => Object.fromEntries(spans.map((name) => [name, kept[name] == null ? '' : String(kept[name])])) as RetentionText

const whole = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : undefined)
const fits = (text: string) => {
  const days = whole(text)
  return days !== undefined && days >= 7 && days <= 3650
}
/** Only the deleted may be kept without an end. */
export const checkDays = (text: RetentionText): Partial<RetentionText> =>
  Object.fromEntries(spans.filter((name) => !(name === 'deletedPeopleDays' && !text[name].trim()) && !fits(text[name])).map((name) => [name, t('keep.wrong')]))

/** What is sent: only what changed. */
export const toRetention = (changed: Partial<RetentionText>): Partial<Record<Span, number | null>> =>
  Object.fromEntries(Object.entries(changed).map(([name, text]) => [name, text.trim() ? Number(text) : null]))
