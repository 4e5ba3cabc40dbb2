/** The common shapes of a cron line in words: every day at a time, on one day of the week or month, every hour, every few minutes. */
import { locale, t } from '@/i18n'

const whole = (part: string | undefined, to: number) => (part !== undefined && /^\d{1,2}$/.test(part) && Number(part) <= to ? Number(part) : undefined)
const time = (hour: number, minute: number) => new Intl.DateTimeFormat(locale(), { timeStyle: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1, hour, minute))
/** 0 and 7 are Sunday; 7 January 2024 was one. */
const weekday = (n: number) => new Intl.DateTimeFormat(locale(), { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 7 + (n % 7)))

/** Nothing for what is none of them: the line itself says it best. */
export function cronWords(cron: string): string | undefined {
  const [minutes, hours, day, month, week, ...more] = cron.trim().split(/\s+/)
  if (month !== '*' || more.length > 0) return undefined
  const [minute, hour] = [whole(minutes, 59), whole(hours, 23)]
  const daily = day === '*' && week === '*'
  const step = /^\*\/(\d{1,2})$/.exec(minutes ?? '')?.[1]
  if (daily && hours === '*' && step) return t('schedule.everyMinutes', { n: Number(step) })
  if (minute === undefined) return undefined
  if (daily && hours === '*') return t('schedule.hourly', { minute: String(minute).padStart(2, '0') })
  const hourStep = /^\*\/(\d{1,2})$/.exec(hours ?? '')?.[1]
  if (daily && hourStep) return t('schedule.everyHours', { n: Number(hourStep), minute: String(minute).padStart(2, '0') })
  if (hour === undefined) return undefined
  const at = { time: time(hour, minute) }
  if (daily) return t('schedule.daily', at)
  if (day === '*' && week === '1-5') return t('schedule.weekdays', at)
  const on = whole(week, 7)
  if (day === '*' && on !== undefined) return t('schedule.weekly', { ...at, day: weekday(on) })
  const of = whole(day, 31)
  return week === '*' && of !== undefined && of > 0 ? t('schedule.monthly', { ...at, day: of }) : undefined
}
