/** What the timeline of an order says of money that went through our own books: its entries know the moment, the order knows the way. */
import type { OrderDetail, TimelineEntry } from '@/api/shapes'
import { t } from '@/i18n'
import { ACCOUNT, CREDIT } from './methods'

type Known = { payments?: Pick<OrderDetail['payments'][number], 'id' | 'provider' | 'capturedAt'>[]; refunds?: Pick<OrderDetail['refunds'][number], 'id' | 'toCredit'>[] }

const taken = { [ACCOUNT]: 'moment.sold', [CREDIT]: 'moment.spent' } as const

export const toldOf =
  ({ payments = [], refunds = [] }: Known) =>
  ({ id, at, action }: Pick<TimelineEntry, 'id' | 'at' | 'action'>): string | undefined => {
    if (action === 'refund.succeeded') return refunds.some((refund) => refund.id === id && refund.toCredit) ? t('moment.toCredit') : undefined
    if (!/^payment\.captured?$/.test(action)) return undefined
    const provider = payments.find((payment) => payment.id === id || payment.capturedAt === at)?.provider
    return provider === ACCOUNT || provider === CREDIT ? t(taken[provider]) : undefined
  }
