/** What came and went, as the shelf's own book says it. */
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { read } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { StockMovement } from '@/api/shapes'
import { t, word } from '@/i18n'
import { download } from '@/lib/download'
import { number } from '@/lib/money'
import { orderName } from '@/lib/text'
import { Button } from '@/parts/button'
import { OrderLink } from '@/parts/order-link'
import { Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { can } from '@/session'

const signed = (n: number) => (n === 0 ? <span className="quiet">–</span> : <span className="num">{`${n > 0 ? '+' : '\u2212'}${number(Math.abs(n))}`}</span>)

/** What moved as a file: of one product, or of all. */
export function ExportMovements({ product, name }: { product?: string; name: string }) {
  if (!can('update:product') || !can('export:order')) return null
  const save = () =>
    download('/products/movements/export', name, { productId: product }).then(
      (said) => said && toast({ text: t('table.exported', { name: said }) }),
      (error: unknown) => asProblem(error).code !== 'aborted' && toastProblem(error),
    )
  return (
    <Button small={product !== undefined} look={product === undefined ? 'plain' : 'quiet'} icon={<Download size={product === undefined ? 14 : 13} />} onClick={() => void save()}>
      {t(product === undefined ? 'stock.exportAll' : 'table.export')}
    </Button>
  )
}

export function Movements({ id, sku, actions }: { id: string; sku: string; actions?: React.ReactNode }) {
  const moves = useQuery(read<StockMovement[]>(`/products/${id}/movements`, { limit: 12 }))
  return (
    <Section
      title={t('stock.movements')}
      actions={
        <>
          {(moves.data?.length ?? 0) > 0 && <ExportMovements product={id} name={`movements-${sku}.csv`} />}
          {actions}
        </>
      }
    >
      <Part query={moves} lines={3}>
        {(rows) => (
          <Rows
            label={t('stock.movements')}
            rows={rows}
            id={(row) => row.id}
            empty={t('stock.noMovements')}
            columns={[
              { id: 'kind', title: 'stock.what', width: 130, cell: (row) => word('stockMove', row.kind) },
              { id: 'why', title: 'common.reason', width: 160, grow: true, cell: (row) => (row.orderId && row.orderNumber ? <OrderLink id={row.orderId} look="quiet-link num">{orderName(row.orderNumber)}</OrderLink> : (row.reason ?? <span className="quiet">–</span>)) },
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
