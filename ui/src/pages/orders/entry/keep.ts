/** For how long goods are set aside for an order that is not paid. */
import { t } from '@/i18n'

const HOUR = 60
const DAY = 24 * HOUR
/** Minutes in words; empty: for good. */
export const keepOptions = () => [
  { value: '', label: t('checkout.forGood') },
  { value: '30', label: t('checkout.minutes', { n: 30 }) },
  { value: String(HOUR), label: t('checkout.hours', { n: 1 }) },
  { value: String(DAY), label: t('checkout.days', { n: 1 }) },
  { value: String(3 * DAY), label: t('checkout.days', { n: 3 }) },
  { value: String(7 * DAY), label: t('checkout.days', { n: 7 }) },
  { value: String(14 * DAY), label: t('checkout.days', { n: 14 }) },
]
export const keepText = (minutes: number) => (minutes % DAY === 0 ? t('checkout.days', { n: minutes / DAY }) : minutes % HOUR === 0 ? t('checkout.hours', { n: minutes / HOUR }) : t('checkout.minutes', { n: minutes }))
