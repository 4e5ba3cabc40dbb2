/** What a move of money comes to, told before it is made: the figure that follows, and the two lines of the books. */
import type { ReactNode } from 'react'
import type { Money as MoneyValue, RefundPreview } from '@/api/shapes'
import { Money } from '@/parts/values'
import { Books } from '../orders/refund/books'

type Code = RefundPreview['booking'][number]['code']

export const Comes = ({ title, value }: { title: ReactNode; value: MoneyValue }) => (
  <dl className="split">
    <div>
      <dt>{title}</dt>
      <dd>
        <Money value={value} />
      </dd>
    </div>
  </dl>
)

export const Booked = ({ debit, credit, value }: { debit: string; credit: string; value: MoneyValue }) => (
  <Books
    booking={[
      { code: debit as Code, name: debit, amount: value },
      { code: credit as Code, name: credit, amount: { ...value, amount: -value.amount } },
    ]}
  />
)
