/** Changing what is in an order that has not left: lines go out, lines come in, and the engine says what difference it makes before it is done. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { request } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { OrderDetail, OrderItem, Product } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Failure, Part } from '@/parts/states'
import { FormPage } from '@/record/form-page'
import { environmentNow, isArmed } from '@/session'
import { FindProduct } from '../entry/find'
import { LineEdit } from '../entry/line'
import type { Wanted } from '../new'
import { orderQuery } from '../peek'
import { said } from '../said'
import { deedOf, doneOf, Outlook } from './outlook'
import { useEditPreview, type OrderEditAsk } from './preview'

export function OrderEdit() {
  const { id } = useParams({ strict: false }) as { id: string }
  const order = useQuery({ ...orderQuery(id), refetchOnMount: 'always' })
  return (
    <Part query={order} lines={8} whole>
      {(data) => <Change order={data} />}
    </Part>
  )
}

const leftOf = (item: OrderItem) => item.quantity - item.cancelled

function Change({ order }: { order: OrderDetail }) {
  const go = useNavigate()
  const client = useQueryClient()
  const [kept, setKept] = useState<Record<string, number>>({})
  const [more, setMore] = useState<Wanted[]>([])
  const items = (order.items ?? []).filter((item) => leftOf(item) > 0)
  const stays = (item: OrderItem) => Math.min(kept[item.id] ?? leftOf(item), leftOf(item))
  const ask: OrderEditAsk = {
    set: items.filter((item) => stays(item) < leftOf(item)).map((item) => ({ lineId: item.id, quantity: stays(item) })),
    add: more.map((line) => ({ productId: line.product.id, quantity: line.quantity })),
  }
  const changed = ask.set.length + ask.add.length > 0
  const { shown, sure, error } = useEditPreview(order.id, changed ? ask : undefined)
  const name = orderName(order.number)
  const form = useForm({
    initial: { what: '', reason: '', typed: '' },
    check: (values) => (values.reason.trim() ? {} : { reason: t('common.required') }),
    send: async ({ reason }, key) => (await request<OrderDetail>('POST', `/orders/${order.id}/edit`, { body: { ...ask, reason: reason.trim() }, key, version: order.version })).data,
    onDone: (reply) => {
      client.setQueryData(orderQuery(order.id).queryKey, reply)
      void client.invalidateQueries({ queryKey: ['orders'] })
      void client.invalidateQueries({ queryKey: ['products'] })
      if (sure?.needsApproval) void client.invalidateQueries({ queryKey: ['approvals'] })
      void said.toast({ text: doneOf(name, sure), type: 'order', id: order.id, action: 'order.edit' })
      void go({ to: paths.order(order.id), replace: true })
    },
  })
  /** The key of the deed follows what is in it. */
  const note = (nextKept: Record<string, number>, nextMore: Wanted[]) => {
    setKept(nextKept)
    setMore(nextMore)
    const same = nextMore.length === 0 && items.every((item) => (nextKept[item.id] ?? leftOf(item)) >= leftOf(item))
    form.set('what', same ? '' : JSON.stringify([nextKept, nextMore.map((line) => [line.product.id, line.quantity])]))
  }
  const keep = (item: OrderItem, n: number) => note({ ...kept, [item.id]: Math.min(n, leftOf(item)) }, more)
  const add = (product: Product) =>
    note(kept, more.some((line) => line.product.id === product.id) ? more.map((line) => (line.product.id === product.id ? { ...line, quantity: line.quantity + 1 } : line)) : [...more, { product, quantity: 1 }])
  const wrong = error ? asProblem(error) : undefined
  const guarded = (sure?.refund.amount ?? 0) > 0 && environmentNow() === 'production' && !isArmed()
  const refuse =
    !changed ? t('orderEdit.nothing')
    : wrong ? wrong.detail || wrong.title
    : !sure ? t('refund.working')
    : guarded && form.values.typed.trim() !== name ? t('common.typeToConfirm', { name })
    : false
  return (
    <FormPage up={{ to: paths.order(order.id), label: name }} title={t('orderEdit.title', { order: name })} wide>
      <Form form={form} deed={deedOf(wrong ? undefined : sure)} label={t('orderEdit.title', { order: name })} refuse={refuse} onCancel={() => void go({ to: paths.order(order.id) })}>
        <fieldset className="lines-edit">
          <legend className="form-heading">{t('orders.lines')}</legend>
          {items.map((item) =>
            stays(item) === 0 ? (
              <Gone key={item.id} item={item} onBack={() => keep(item, leftOf(item))} />
            ) : (
              <LineEdit
                key={item.id}
                name={item.name}
                sku={item.sku}
                picture={{ product: item.productId, file: item.pictureId }}
                quantity={stays(item)}
                sum={{ ...item.unitPrice, amount: item.unitPrice.amount * stays(item) }}
                note={stays(item) < leftOf(item) && t('orderEdit.goesOut', { n: leftOf(item) - stays(item) })}
                onQuantity={(n) => keep(item, n)}
                onRemove={() => keep(item, 0)}
              />
            ),
          )}
          {more.map((line) => (
            <LineEdit
              key={line.product.id}
              name={line.product.name}
              sku={line.product.sku}
              picture={{ product: line.product.id, file: line.product.pictureId }}
              quantity={line.quantity}
              sum={{ ...line.product.currentPrice, amount: line.product.currentPrice.amount * line.quantity }}
              wrong={line.quantity > line.product.stock}
              note={line.quantity > line.product.stock ? t('orders.onlyStock', { n: number(line.product.stock) }) : t('orderEdit.comesIn')}
              onQuantity={(quantity) => note(kept, more.map((one) => (one === line ? { ...one, quantity } : one)))}
              onRemove={() => note(kept, more.filter((one) => one !== line))}
            />
          ))}
          <FindProduct label={t('orderEdit.add')} currency={order.currency} onPick={add} />
          {changed && !wrong && shown && <Outlook order={order} outlook={shown} />}
          {wrong && <Failure problem={wrong} small />}
        </fieldset>
        <TextField form={form} name="reason" label={t('orderEdit.reason')} max={500} />
        {guarded && <TextField form={form} name="typed" label={t('common.typeToConfirm', { name })} autoComplete="off" />}
      </Form>
    </FormPage>
  )
}

/** A line that goes out as a whole. */
function Gone({ item, onBack }: { item: OrderItem; onBack: () => void }) {
  return (
    <div className="line-edit line-gone">
      <span className="line-name">
        <s>{item.name}</s> <code>{item.sku}</code>
        <span className="field-hint">{t('orderEdit.goesOut', { n: leftOf(item) })}</span>
      </span>
      <Button small onClick={onBack}>
        {t('orderEdit.putBack')}
      </Button>
    </div>
  )
}
