/** Goods that shall come back, and what arrived of them: what can be sold again, and what money goes back for. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post } from '@/api/client'
import type { Handling, OrderReturn } from '@/api/shapes'
import { FormDialog } from '@/forms/form'
import { useForm, type Form } from '@/forms/use-form'
import { t } from '@/i18n'
import { orderName } from '@/lib/text'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { can } from '@/session'
import { OTHER, Reason, useReasons } from '../refund/fields'
import { askRefund } from '../refund/host'
import { handlingQuery } from './host'
import { allOf, PiecesFields, piecesOf, sumOf, type Counts } from './pieces'

export function ComeBack({ orderId, onClose }: { orderId: string; onClose: () => void }) {
  const handling = useQuery({ ...handlingQuery(orderId), refetchOnMount: 'always' })
  if (handling.data) return <Ask handling={handling.data} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={t('returns.add')} foot={<Button onClick={onClose}>{t('common.close')}</Button>}>
      <Part query={handling} lines={4}>
        {() => null}
      </Part>
    </Dialog>
  )
}

type Asked = { reason: string; other: string; pieces: string }
function Ask({ handling, onClose }: { handling: Handling; onClose: () => void }) {
  const client = useQueryClient()
  const reasons = useReasons()
  const lines = handling.lines.filter((line) => line.shipped - line.returned > 0).map((line) => ({ lineId: line.lineId, name: line.name, most: line.shipped - line.returned }))
  const [counts, setCounts] = useState<Counts>({})
  const form: Form<Asked> = useForm<Asked, OrderReturn>({
    initial: { reason: '', other: '', pieces: '' },
    send: (_, key) => post<OrderReturn>(`/orders/${handling.orderId}/returns`, { lines: piecesOf(counts), reason }, key),
    onDone: () => {
      void client.invalidateQueries({ queryKey: ['orders'] })
      void client.invalidateQueries({ queryKey: ['returns'] })
      onClose()
      toast({ text: t('returns.added') })
    },
  })
  const reason = (form.values.reason === OTHER || reasons.length === 0 ? form.values.other : form.values.reason).trim()
  const refuse = lines.length === 0 ? t('returns.nothingOut') : sumOf(counts) === 0 ? t('handling.pickPieces') : reason === '' ? t('refund.needsReason') : undefined
  return (
    <FormDialog form={form} title={t('returns.add')} lead={t('returns.addLead')} deed={sumOf(counts) > 0 ? t('returns.addDeed', { n: sumOf(counts) }) : t('returns.add')} refuse={refuse} onClose={onClose}>
      <PiecesFields title={t('returns.what')} lines={lines} counts={counts} onChange={(next) => (setCounts(next), form.set('pieces', JSON.stringify(next)))} />
      <Reason form={form} reasons={reasons} />
    </FormDialog>
  )
}

export function Arrive({ one: asked, onClose }: { one: OrderReturn; onClose: () => void }) {
  const client = useQueryClient()
  const lines = asked.lines.map((line) => ({ lineId: line.lineId, name: line.name, most: line.quantity }))
  const [counts, setCounts] = useState(() => allOf(lines))
  const [broken, setBroken] = useState<string[]>([])
  const form = useForm({
    initial: { pieces: '' },
    send: async (_, key) => {
      await post<OrderReturn>(`/returns/${asked.id}/receive`, { lines: piecesOf(counts).map((line) => ({ ...line, restock: !broken.includes(line.lineId) })) }, key)
      return get<OrderReturn>(`/returns/${asked.id}`)
    },
    onDone: (next) => {
      void client.invalidateQueries({ queryKey: ['orders'] })
      void client.invalidateQueries({ queryKey: ['returns'] })
      void client.invalidateQueries({ queryKey: ['products'] })
      onClose()
      toast({ text: t('returns.arrived', { order: orderName(next.orderNumber) }) })
      // Goods are back: the money for them is the next question.
      if (can('grant:refund')) askRefund(next.orderId, undefined, Object.fromEntries(next.lines.filter((line) => line.received > 0).map((line) => [line.lineId, line.received])))
    },
  })
  const n = sumOf(counts)
  return (
    <FormDialog form={form} title={t('returns.arriveTitle', { order: orderName(asked.orderNumber) })} lead={t('returns.arriveLead')} deed={n > 0 ? t('returns.arriveDeed', { n }) : t('returns.arrive')} refuse={n === 0 && t('handling.pickPieces')} onClose={onClose}>
      <PiecesFields title={t('returns.arrivedWhat')} lines={lines} counts={counts} onChange={setCounts} />
      <fieldset className="field">
        <legend className="field-label">{t('returns.restock')}</legend>
        {lines
          .filter((line) => (counts[line.lineId] ?? 0) > 0)
          .map((line) => (
            <label key={line.lineId} className="check">
              <input type="checkbox" checked={!broken.includes(line.lineId)} onChange={(event) => setBroken(event.target.checked ? broken.filter((id) => id !== line.lineId) : [...broken, line.lineId])} /> {t('returns.sellable', { name: line.name })}
            </label>
          ))}
      </fieldset>
    </FormDialog>
  )
}
