/** Every change of an order, and the order as it was after any of them. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { read } from '@/api/client'
import type { OrderAtVersion, OrderChange, OrderDetail } from '@/api/shapes'
import { t } from '@/i18n'
import { country, orderName } from '@/lib/text'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { Part } from '@/parts/states'
import { Money, State, When } from '@/parts/values'
import { Facts } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { inWords } from './history'

export function Versions({ order, onClose }: { order: OrderDetail; onClose: () => void }) {
  const [shown, setShown] = useState<number>()
  const changes = useQuery(read<OrderChange[]>(`/orders/${order.id}/history`))
  const words = inWords(changes.data ?? [])
  // Until one is chosen it is the newest: nothing moves under the pointer when another is.
  const newest = changes.data?.reduce((most, row) => Math.max(most, row.version), 0)
  const now = shown ?? (newest || undefined)
  return (
    <Dialog open wide title={t('histories.ofOrder', { order: orderName(order.number) })} lead={t('histories.ofOrderLead')} onClose={onClose}>
      {now !== undefined && <AsItWas id={order.id} version={now} />}
      <Part query={changes} lines={5}>
        {(rows) => (
          <Rows
            label={t('histories.changes')}
            rows={rows}
            id={(row) => String(row.version)}
            empty={t('histories.none')}
            columns={[
              { id: 'version', title: 'histories.version', width: 72, cell: (row) => <span className="num">{row.version}</span> },
              { id: 'what', title: 'histories.what', width: 200, grow: true, cell: (row) => words.get(row.version) },
              { id: 'when', title: 'happened.when', width: 132, end: true, cell: (row) => <When at={row.at} /> },
              {
                id: 'deeds',
                deeds: true,
                title: 'histories.show',
                width: 96,
                end: true,
                cell: (row) => (
                  <Button small aria-pressed={now === row.version} onClick={() => setShown(row.version)}>
                    {t('histories.show')}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Part>
    </Dialog>
  )
}

function AsItWas({ id, version }: { id: string; version: number }) {
  const then = useQuery({ ...read<OrderAtVersion>(`/orders/${id}/history/${version}`), placeholderData: keepPreviousData })
  return (
    <section className="as-it-was" aria-live="polite" aria-label={t('histories.then', { n: version })}>
      <h3 className="section-title">{t('histories.then', { n: version })}</h3>
      <Part query={then} lines={4}>
        {(data) => (
          <Facts
            rows={[
              [t('histories.goods'), <State key="s" value={data.state} />],
              [t('histories.money'), <State key="p" value={data.paymentState} />],
              [t('orders.total'), <Money key="t" value={data.total} />],
              [t('orders.paid'), <Money key="a" value={data.paid} />],
              [t('orders.refunded'), <Money key="r" value={data.refunded} dash />],
              [t('histories.pieces'), data.itemCount],
              [t('orders.shipTo'), country(data.country)],
              [t('histories.held'), t(data.held ? 'common.yes' : 'common.no')],
            ]}
          />
        )}
      </Part>
    </section>
  )
}
