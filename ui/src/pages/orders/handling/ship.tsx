/** A parcel that leaves: what is in it, who carries it, and where it can be followed. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '@/api/client'
import type { Handling } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { filled, useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { orderName } from '@/lib/text'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { Part } from '@/parts/states'
import { orderQuery } from '../peek'
import { said } from '../said'
import { handlingQuery } from './host'
import { allOf, PiecesFields, piecesOf, sumOf } from './pieces'

export function Ship({ orderId, onClose }: { orderId: string; onClose: () => void }) {
  const handling = useQuery({ ...handlingQuery(orderId), refetchOnMount: 'always' })
  const number = useQuery(orderQuery(orderId)).data?.number
  const title = t('handling.shipTitle', { order: number ? orderName(number) : '' })
  if (handling.data && number !== undefined) return <Parcel handling={handling.data} order={orderName(number)} title={title} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={title} foot={<Button onClick={onClose}>{t('common.close')}</Button>}>
      <Part query={handling} lines={4}>
        {() => null}
      </Part>
    </Dialog>
  )
}

function Parcel({ handling, order, title, onClose }: { handling: Handling; order: string; title: string; onClose: () => void }) {
  const client = useQueryClient()
  const lines = handling.lines.filter((line) => line.left > 0).map((line) => ({ lineId: line.lineId, name: line.name, most: line.left }))
  const [counts, setCounts] = useState(() => allOf(lines))
  const form = useForm({
    initial: { carrier: '', trackingNumber: '', trackingUrl: '', pieces: '' },
    check: (values) => (values.trackingUrl.trim() && !/^https:\/\/\S+$/.test(values.trackingUrl.trim()) ? { trackingUrl: t('handling.urlWrong') } : {}),
    send: (values, key) => post<Handling>(`/orders/${handling.orderId}/fulfilments`, { lines: piecesOf(counts), carrier: filled(values.carrier), trackingNumber: filled(values.trackingNumber), trackingUrl: filled(values.trackingUrl) }, key),
    onDone: (next) => {
      client.setQueryData(handlingQuery(handling.orderId).queryKey, next)
      void client.invalidateQueries({ queryKey: ['orders'] })
      onClose()
      void said.toast({ text: t(next.lines.some((line) => line.left > 0) ? 'handling.shippedPart' : 'handling.shippedAll', { order }), type: 'order', id: handling.orderId })
    },
  })
  const n = sumOf(counts)
  const rest = lines.reduce((sum, line) => sum + line.most, 0) - n
  const refuse = handling.hold ? t('handling.isHeld') : lines.length === 0 ? t('handling.nothingLeft') : n === 0 ? t('handling.pickPieces') : undefined
  return (
    <FormDialog form={form} title={title} {...(handling.hold ? { lead: t('handling.heldBecause', { reason: handling.hold.reason }) } : {})} deed={n > 0 ? t('handling.shipDeed', { n }) : t('handling.ship')} refuse={refuse} onClose={onClose}>
      <PiecesFields
        title={t('handling.inParcel')}
        lines={lines}
        counts={counts}
        onChange={(next) => {
          setCounts(next)
          // The key of the deed belongs to what is in the parcel as well.
          form.set('pieces', JSON.stringify(next))
        }}
      />
      <div className="field-pair">
        <TextField form={form} name="carrier" label={t('handling.carrier')} max={80} optional />
        <TextField form={form} name="trackingNumber" label={t('handling.tracking')} max={100} optional />
      </div>
      <TextField form={form} name="trackingUrl" label={t('handling.trackingUrl')} type="url" max={500} optional />
      <p className="effect" role="status">
        {t(rest > 0 ? 'handling.staysOpen' : 'handling.becomesShipped', { n: rest })}
      </p>
    </FormDialog>
  )
}
