/** How the amount falls on goods, tax and shipping, and what the books will say of it: the engine's own answer, before it is done. */
import type { RefundPreview } from '@/api/shapes'
import { t, wordFor } from '@/i18n'
import { Money } from '@/parts/values'

export function Split({ preview }: { preview: RefundPreview }) {
  const { goods, discount, tax, shipping } = preview.split
  const parts = [
    { id: 'goods', title: t('refund.goods'), value: goods },
    { id: 'discount', title: t('orders.discount'), value: { ...discount, amount: -discount.amount } },
    { id: 'tax', title: t('orders.tax'), value: tax },
    { id: 'shipping', title: t('orders.shipping'), value: shipping },
  ].filter(({ value }) => value.amount !== 0)
  if (parts.length < 2) return null
  return (
    <dl className="split" aria-label={t('refund.split')}>
      {parts.map(({ id, title, value }) => (
        <div key={id}>
          <dt>{title}</dt>
          <dd>
            <Money value={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

export const Books = ({ booking }: Pick<RefundPreview, 'booking'>) => (
  <div className="books">
    <table className="books-rows">
      <caption>{t('refund.books')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('refund.account')}</th>
          <th scope="col" className="cell-end">{t('ledger.debit')}</th>
          <th scope="col" className="cell-end">{t('ledger.credit')}</th>
        </tr>
      </thead>
      <tbody>
        {booking.map(({ code, name, amount }) => (
          <tr key={`${code} ${amount.amount}`}>
            <td>{wordFor('account', code) ?? name}</td>
            <td className="cell-end">{amount.amount > 0 && <Money value={amount} />}</td>
            <td className="cell-end">{amount.amount < 0 && <Money value={{ ...amount, amount: -amount.amount }} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
