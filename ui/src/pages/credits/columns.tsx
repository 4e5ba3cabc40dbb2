/** How stored credit moved, as columns: of everybody, and of one person. */
import type { CreditMove } from '@/api/shapes'
import { word } from '@/i18n'
import { orderName } from '@/lib/text'
import { OrderLink } from '@/parts/order-link'
import { Money, When } from '@/parts/values'
import type { Column } from '@/table/spec'

export const moveColumns = {
  kind: { id: 'kind', title: 'credits.kind', width: 150, cell: (move) => word('creditKind', move.kind) },
  amount: { id: 'amount', title: 'credits.amount', width: 110, end: true, cell: (move) => <Money value={move.amount} sign /> },
  after: { id: 'after', title: 'credits.after', width: 120, end: true, cell: (move) => <Money value={move.balance} dash /> },
  order: { id: 'order', title: 'credits.order', width: 92, cell: (move) => move.orderId && move.orderNumber && <OrderLink id={move.orderId}>{orderName(move.orderNumber)}</OrderLink> },
  reason: { id: 'reason', title: 'credits.reason', width: 180, grow: 3, cell: (move) => move.reason || <span className="quiet">–</span> },
  by: { id: 'by', title: 'credits.by', width: 130, cell: (move) => move.createdBy?.name || <span className="quiet">–</span> },
  when: { id: 'when', title: 'credits.when', width: 132, moment: true, end: true, cell: (move) => <When at={move.createdAt} /> },
} as const satisfies Record<string, Column<CreditMove>>
