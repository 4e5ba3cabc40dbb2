/** What the books will say, before it is done: the same lines the ledger will show. */
import type { OrderDetail, Payment } from '@/api/shapes'
import { t, word } from '@/i18n'
import { Money } from '@/parts/values'
import { books } from './shares'

export function Books({ order, payment, amount }: { order: OrderDetail; payment: Payment; amount: number }) {
  const { currency } = payment.captured
  const parts = books(order, payment, amount)
  const debits = ([['refunds', parts.goods], ['tax', parts.tax], ['shipping', parts.shipping]] as const).filter(([, value]) => value > 0)
  const cell = (value: number) => <Money value={{ amount: value, currency }} />
  return (
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
          {debits.map(([code, value]) => (
            <tr key={code}>
              <td>{word('account', code)}</td>
              <td className="cell-end">{cell(value)}</td>
              <td />
            </tr>
          ))}
          <tr>
            <td>{word('account', 'cash:provider')}</td>
            <td />
            <td className="cell-end">{cell(amount)}</td>
          </tr>
        </tbody>
      </table>
    </div>
  )
}
