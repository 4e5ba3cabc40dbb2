/** On the order's page: whether it waits, its tags, what has yet to leave, its parcels, and what comes back. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { request } from '@/api/client'
import type { Handling, OrderDetail, OrderReturn } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { orderName } from '@/lib/text'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'
import { askDecide, delivered, release } from './deeds'
import { askArrival, askReturn, askShip, handlingQuery } from './host'

const cancelled = (order: OrderDetail) => order.state === 'cancelled'

export function HandlingSections({ order }: { order: OrderDetail }) {
  const handling = useQuery(handlingQuery(order.id))
  return (
    <Part query={handling} lines={3}>
      {(data) => (
        <>
          {data.hold && <Held order={order} hold={data.hold} />}
          <Leaving order={order} handling={data} />
          {(data.returns.length > 0 || data.lines.some((line) => line.shipped > line.returned)) && <Returns handling={data} />}
        </>
      )}
    </Part>
  )
}

function Held({ order, hold }: { order: OrderDetail; hold: NonNullable<Handling['hold']> }) {
  const client = useQueryClient()
  return (
    <div className="notice notice-deed" role="status">
      <p>
        <strong>{t('handling.isHeld')}</strong> {hold.reason} · <When at={hold.since} />
      </p>
      <Button small refuse={lacking('update:order')} onClick={() => void release(client, order.id, orderName(order.number))}>
        {t('handling.release')}
      </Button>
    </div>
  )
}

function Leaving({ order, handling }: { order: OrderDetail; handling: Handling }) {
  const client = useQueryClient()
  const [tagging, setTagging] = useState(false)
  const left = handling.lines.reduce((sum, line) => sum + line.left, 0)
  const lack = lacking('update:order')
  const nameOf = (lineId: string) => handling.lines.find((line) => line.lineId === lineId)?.name ?? ''
  const columns: Column<Handling['fulfilments'][number]>[] = [
    { id: 'what', title: 'handling.inParcel', width: 200, grow: true, cell: (parcel) => parcel.lines.map((line) => `${line.quantity} × ${nameOf(line.lineId)}`).join(', ') },
    { id: 'by', title: 'handling.carrier', width: 110, cell: (parcel) => parcel.carrier ?? <span className="quiet">–</span> },
    { id: 'tracking', title: 'handling.tracking', width: 140, cell: (parcel) => (parcel.trackingUrl ? <a href={parcel.trackingUrl} target="_blank" rel="noreferrer noopener" className="link">{parcel.trackingNumber ?? t('handling.follow')}</a> : (parcel.trackingNumber ?? <span className="quiet">–</span>)) },
    { id: 'state', title: 'orders.state', width: 120, cell: (parcel) => <State value={parcel.deliveredAt ? 'delivered' : 'shipped'} /> },
    { id: 'when', title: 'orders.when', width: 110, end: true, cell: (parcel) => <When at={parcel.deliveredAt ?? parcel.createdAt} /> },
    { id: 'deed', deeds: true, title: 'common.more', width: 110, end: true, cell: (parcel) => !parcel.deliveredAt && <Button small look="quiet" refuse={lack} onClick={() => delivered(client, parcel.id)}>{t('handling.deliver')}</Button> },
  ]
  return (
    <Section
      title={t('handling.title')}
      count={handling.fulfilments.length}
      actions={
        <>
          <Button small look="quiet" refuse={lack} onClick={() => setTagging(true)}>
            {t('handling.tags')}
          </Button>
          {left > 0 && order.state !== 'pending' && !cancelled(order) && (
            <Button small refuse={lack ?? (handling.hold ? t('handling.isHeld') : handling.changeWaits ? t('handling.changeWaits') : undefined)} onClick={() => askShip(order.id)}>
              {t('handling.ship')}
            </Button>
          )}
        </>
      }
    >
      {handling.tags.length > 0 && (
        <p className="tags" aria-label={t('handling.tags')}>
          {handling.tags.map((tag) => (
            <span key={tag} className="tag">
              {tag}
            </span>
          ))}
        </p>
      )}
      <Rows label={t('handling.title')} columns={columns} rows={handling.fulfilments} id={(parcel) => parcel.id} empty={t(cancelled(order) ? 'handling.noneCancelled' : left > 0 ? 'handling.none' : 'handling.nothingLeft', { n: left })} />
      {handling.fulfilments.length > 0 && left > 0 && !cancelled(order) && <p className="quiet section-empty">{t('handling.yet', { n: left })}</p>}
      {tagging && <Tags handling={handling} onClose={() => setTagging(false)} />}
    </Section>
  )
}

function Tags({ handling, onClose }: { handling: Handling; onClose: () => void }) {
  const client = useQueryClient()
  const form = useForm({
    initial: { tags: handling.tags.join(', ') },
    send: async (values) => (await request<Handling>('PUT', `/orders/${handling.orderId}/tags`, { body: { tags: values.tags.split(',').map((tag) => tag.trim()).filter(Boolean) } })).data,
    onDone: (next) => {
      client.setQueryData(handlingQuery(handling.orderId).queryKey, next)
      void client.invalidateQueries({ queryKey: ['orders'] })
      onClose()
    },
  })
  return (
    <FormDialog form={form} title={t('handling.tags')} deed={t('common.save')} refuse={!form.dirty && t('common.noChange')} onClose={onClose}>
      <TextField form={form} name="tags" label={t('handling.tags')} hint={t('products.tagsHint')} max={1300} autoFocus />
    </FormDialog>
  )
}

const Returns = ({ handling }: { handling: Handling }) => (
  <Section title={t('returns.title')} count={handling.returns.length} actions={<Button small refuse={lacking('update:order')} onClick={() => askReturn(handling.orderId)}>{t('returns.add')}</Button>}>
    <Rows
      label={t('returns.title')}
      rows={handling.returns}
      id={(one) => one.id}
      empty={t('returns.noneHere')}
      columns={[
        { id: 'what', title: 'returns.what', width: 200, grow: true, cell: (one) => <>{one.lines.map((line) => `${line.quantity} × ${line.name}`).join(', ')}<span className="cell-note">{one.reason}</span></> },
        { id: 'state', title: 'orders.state', width: 120, cell: (one) => <State value={one.state} words="returnState" /> },
        { id: 'when', title: 'orders.when', width: 110, end: true, cell: (one) => <When at={one.receivedAt ?? one.decidedAt ?? one.createdAt} /> },
        { id: 'deeds', deeds: true, title: 'common.more', width: 190, end: true, cell: (one) => <ReturnDeeds one={one} /> },
      ]}
    />
  </Section>
)

export function ReturnDeeds({ one }: { one: OrderReturn }) {
  const client = useQueryClient()
  const lack = lacking('update:order')
  if (one.state === 'requested')
    return (
      <span className="deeds">
        <Button small look="quiet" refuse={lack} onClick={() => askDecide(client, one, 'reject')}>
          {t('returns.reject')}
        </Button>
        <Button small refuse={lack} onClick={() => askDecide(client, one, 'approve')}>
          {t('returns.approve')}
        </Button>
      </span>
    )
  if (one.state === 'approved')
    return (
      <Button small refuse={lack} onClick={() => askArrival(one)}>
        {t('returns.arrive')}
      </Button>
    )
  return null
}
