/** What the timeline of an order says of money that came from our own books: its history knows the moment, the order knows the way. */
import type { OrderDetail, TimelineEntry } from '@/api/shapes'
import { t } from '@/i18n'
import { ACCOUNT, CREDIT } from './methods'

type Known = Pick<OrderDetail['payments'][number], 'provider' | 'capturedAt'>[]

const taken = { [ACCOUNT]: 'moment.payment.sold', [CREDIT]: 'moment.payment.spent' } as const

export const toldOf =
  (payments: Known = []) =>
  ({ at, action }: Pick<TimelineEntry, 'at' | 'action'>): string | undefined => {
    if (action !== 'payment.capture') return undefined
    const provider = payments.find((payment) => payment.capturedAt === at)?.provider
    return provider === ACCOUNT || provider === CREDIT ? t(taken[provider]) : undefined
  }
