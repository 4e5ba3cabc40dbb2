/** What came and went, as the shelf's own book says it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { StockMovement } from '@/api/shapes'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Part } from '@/parts/states'
import { When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'

const signed = (n: number) => (n === 0 ? <span className="quiet">–</span> : <span className="num">{`${n > 0 ? '+' : '\u2212'}${number(Math.abs(n))}`}</span>)

export function Movements({ id, actions }: { id: string; actions?: React.ReactNode }) {
  const moves = useQuery(read<StockMovement[]>(`/products/${id}/movements`, { limit: 12 }))
  return (
    <Section title={t('stock.movements')} actions={actions}>
      <Part query={moves} lines={3}>
        {(rows) => (
          <Rows
            label={t('stock.movements')}
            rows={rows}
            id={(row) => row.id}
            empty={t('stock.noMovements')}
            columns={[
              { id: 'kind', title: 'stock.what', width: 130, cell: (row) => word('stockMove', row.kind) },
              { id: 'why', title: 'common.reason', width: 160, grow: true, cell: (row) => (row.orderId && row.orderNumber ? <Link to={paths.order(row.orderId)} className="quiet-link num">{orderName(row.orderNumber)}</Link> : (row.reason ?? <span className="quiet">–</span>)) },
              { id: 'by', title: 'audit.actor', width: 130, cell: (row) => row.byName ?? <span className="quiet">–</span> },
              { id: 'available', title: 'stock.sellable', width: 90, end: true, cell: (row) => signed(row.available) },
              { id: 'reserved', title: 'stock.reserved', width: 90, end: true, cell: (row) => signed(row.reserved) },
              { id: 'when', title: 'products.when', width: 110, end: true, cell: (row) => <When at={row.createdAt} /> },
            ]}
          />
        )}
      </Part>
    </Section>
  )
}
