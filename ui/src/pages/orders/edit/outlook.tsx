/** What a change of an order comes to: the sums afterwards, what goes back, what is to be paid, and the difference for the customer. */
import type { Money as MoneyValue, OrderDetail, OrderEditPreview } from '@/api/shapes'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { Money } from '@/parts/values'

export function Outlook({ order, outlook }: { order: OrderDetail; outlook: OrderEditPreview }) {
  const minus = (value: MoneyValue) => ({ ...value, amount: -value.amount })
  const rows: [string, string, MoneyValue][] = [
    ['subtotal', t('orders.subtotal'), outlook.subtotal],
    ['discount', t('orders.discount'), minus(outlook.discount)],
    ['tax', t('orders.tax'), outlook.tax],
    ['shipping', t('orders.shipping'), outlook.shipping],
    ['total', t('orders.total'), outlook.total],
    ['paid', t('orders.paid'), minus(order.paid)],
    ['due', t('orderEdit.due'), outlook.due],
    ['refund', t('orderEdit.back'), outlook.refund],
  ]
  const needed = order.paid.amount > 0 ? rows : rows.slice(0, 5)
  return (
    <>
      <dl className="sums" aria-live="polite" aria-label={t('orderEdit.outlook')}>
        {needed
          .filter(([id, , value]) => id === 'total' || value.amount !== 0)
          .map(([id, title, value]) => (
            <div key={id} className={id === 'total' ? 'sum sum-total' : 'sum'}>
              <dt>{title}</dt>
              <dd>
                <Money value={value} strong={id === 'total'} />
              </dd>
            </div>
          ))}
      </dl>
      <p className="effect" role="status">
        {told(order, outlook)}
      </p>
    </>
  )
}

/** The difference in one sentence. */
function told(order: OrderDetail, { difference, refund, needsApproval }: OrderEditPreview) {
  const { name } = order.customer
  const amount = money({ ...difference, amount: Math.abs(difference.amount) })
  const sum = difference.amount === 0 ? t('orderEdit.same', { name }) : t(difference.amount > 0 ? 'orderEdit.more' : 'orderEdit.less', { amount, name })
  return needsApproval ? `${sum} ${t('orderEdit.approval', { amount: money(refund) })}` : sum
}

export const deedOf = (outlook: OrderEditPreview | undefined) =>
  !outlook || outlook.refund.amount === 0 ? t('orderEdit.deed')
  : t(outlook.needsApproval ? 'orderEdit.deedAsk' : 'orderEdit.deedBack', { amount: money(outlook.refund) })

export const doneOf = (order: string, outlook: OrderEditPreview | undefined) =>
  !outlook || outlook.refund.amount === 0 ? t('orderEdit.done', { order })
  : t(outlook.needsApproval ? 'orderEdit.doneAsk' : 'orderEdit.doneBack', { order, amount: money(outlook.refund) })
