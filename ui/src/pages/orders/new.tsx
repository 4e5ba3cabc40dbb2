/** An order entered by staff: who, what, where to. Prices, tax and shipping are Purser's to compute, never the page's. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { get, post } from '@/api/client'
import type { Address, CartDetail, Order, OrderDetail, Product, User } from '@/api/shapes'
import { AreaField, SelectField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { answered, keyFor } from '@/lib/intent'
import { money, number } from '@/lib/money'
import { cartName, orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Failure } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { FormPage } from '@/record/form-page'
import { useMe } from '@/session'
import { AddressFields, addressOf, addressParts, addressText, checkAddress, lacks } from './entry/address'
import { CouponCodes, wrongCodes } from './entry/coupons'
import { FindCustomer } from './entry/customer'
import { FindProduct } from './entry/find'
import { keepOptions } from './entry/keep'
import { LineEdit } from './entry/line'
import { quoteProblem, ShippingChoice, Totals, useQuote } from './quote'
import { said } from './said'

export type Wanted = { product: Product; quantity: number }

/** The address the last order of this customer went to: it is most often the same again. */
async function lastAddress(customerId: string) {
  const [last] = await get<Order[]>('/orders', { customerId, sort: '-createdAt', limit: 1 })
  return last && (await get<OrderDetail>(`/orders/${last.id}`)).shippingAddress
}

export function NewOrder() {
  const { currency } = useMe().tenant
  const search = useSearch({ strict: false }) as { customerId?: string }
  const go = useNavigate()
  const client = useQueryClient()
  const [lines, setLines] = useState<Wanted[]>([])
  const [coupons, setCoupons] = useState<string[]>([])
  const [customer, setCustomer] = useState<User>()
  const [saving, setSaving] = useState(false)
  const items = lines.map((line) => ({ productId: line.product.id, quantity: line.quantity }))
  const form = useForm({
    initial: { customerId: '', items: '', coupons: '', shippingMethod: '', reserve: '', ...addressText(), notes: '' },
    check: (values) => ({
      ...(values.customerId ? {} : { customerId: t('orders.needsCustomer') }),
      ...(lines.length > 0 ? {} : { items: t('orders.needsLines') }),
      ...checkAddress(values),
    }),
    send: (values, key) => {
      const { customerId, shippingMethod, reserve } = values
      const notes = values.notes.trim()
      return post<OrderDetail>('/orders', { customerId, items, shippingAddress: addressOf(values), ...(coupons.length > 0 ? { coupons } : {}), ...(shippingMethod ? { shippingMethod } : {}), ...(reserve ? { reserveMinutes: Number(reserve) } : {}), ...(notes ? { notes } : {}) }, key)
    },
    onDone: (order) => {
      void client.invalidateQueries({ queryKey: ['orders'] })
      void said.toast({ text: t('orders.entered', { order: orderName(order.number), amount: money(order.total) }), type: 'order', id: order.id, action: 'order.create' })
      void go({ to: paths.order(order.id), replace: true })
    },
  })
  const { set, values } = form
  const latest = useRef(values)
  useEffect(() => {
    latest.current = values
  })
  const filledIn = useRef<Partial<Address>>({})
  /** What was written by hand stays; what another customer left behind does not. */
  const fill = (address: Partial<Address>) => {
    for (const part of addressParts) {
      const now = latest.current[`shippingAddress.${part}`]
      if (now === '' || now === filledIn.current[part]) form.fill({ [`shippingAddress.${part}`]: address[part] ?? '' })
    }
    filledIn.current = address
  }
  const choose = (user: User, named?: true) => {
    setCustomer(user)
    if (named) form.fill({ customerId: user.id })
    else set('customerId', user.id)
    fill({ name: user.name, country: user.country ?? '', phone: user.phone ?? '' })
    void lastAddress(user.id).then((address) => address && fill(address), () => undefined)
  }
  const given = useRef(search.customerId)
  useEffect(() => {
    if (given.current) void get<User>(`/users/${given.current}`).then((user) => choose(user, true), () => undefined)
    given.current = undefined
  }) // Once: the address names a customer at most at the beginning.
  const put = (next: Wanted[]) => {
    setLines(next)
    // The key of this deed follows what is in it.
    set('items', next.length > 0 ? JSON.stringify(next.map((line) => [line.product.id, line.quantity])) : '')
  }
  const add = (product: Product) =>
    put(lines.some((line) => line.product.id === product.id) ? lines.map((line) => (line.product.id === product.id ? { ...line, quantity: line.quantity + 1 } : line)) : [...lines, { product, quantity: 1 }])
  /** What is here so far, to be gone on with another day; an address only when it is one. */
  const keepDraft = () => {
    const notes = values.notes.trim()
    const whole = lacks(values).length === 0
    const body = { kind: 'draft', lines: items, coupons, ...(values.customerId ? { customerId: values.customerId } : {}), ...(values.shippingMethod ? { shippingMethod: values.shippingMethod } : {}), ...(values['shippingAddress.country'] ? { country: values['shippingAddress.country'] } : {}), ...(whole ? { shippingAddress: addressOf(values) } : {}), ...(notes ? { notes } : {}) }
    const meant = JSON.stringify(body)
    setSaving(true)
    post<CartDetail>('/carts', body, keyFor(meant, crypto.randomUUID()))
      .then(
        (draft) => {
          answered(meant)
          form.release()
          void client.invalidateQueries({ queryKey: ['carts'] })
          toast({ text: t('carts.draftSaved', { name: cartName(draft) }) })
          return go({ to: paths.cart(draft.id), replace: true })
        },
        (error: unknown) => (!said.isUnclear(error) && answered(meant), toastProblem(error)),
      )
      .finally(() => setSaving(false))
  }
  const quote = useQuote({ lines, coupons, country: values['shippingAddress.country'], shippingMethod: values.shippingMethod })
  const refused = quoteProblem(quote)
  const wrong = { ...wrongCodes(refused?.errors ?? []), ...wrongCodes(form.problem?.errors ?? []) }
  const totals = refused || lines.length === 0 ? undefined : quote.data
  const goods = lines.length > 0 ? { amount: lines.reduce((sum, line) => sum + line.product.currentPrice.amount * line.quantity, 0), currency } : undefined
  return (
    <FormPage up={{ to: paths.orders, label: t('orders.title') }} title={t('orders.new')} wide>
      <Form
        form={form}
        deed={totals ? t('orders.enterFor', { amount: money(totals.total) }) : t('orders.enter')}
        label={t('orders.new')}
        onCancel={() => void go({ to: paths.orders })}
        also={
          <Button busy={saving} refuse={lines.length === 0 && t('orders.needsLines')} onClick={keepDraft}>
            {t('carts.saveDraft')}
          </Button>
        }
      >
        <FindCustomer shown={customer ? `${customer.name} · ${customer.email}` : ''} error={form.errors['customerId']} autoFocus onPick={choose} />
        <fieldset className="lines-edit">
          <legend className="form-heading">{t('orders.lines')}</legend>
          {lines.map((line) => (
            <LineEdit
              key={line.product.id}
              name={line.product.name}
              sku={line.product.sku}
              picture={{ product: line.product.id, file: line.product.pictureId }}
              quantity={line.quantity}
              sum={{ ...line.product.currentPrice, amount: line.product.currentPrice.amount * line.quantity }}
              wrong
              note={line.quantity > line.product.stock && t('orders.onlyStock', { n: number(line.product.stock) })}
              onQuantity={(quantity) => put(lines.map((one) => (one === line ? { ...one, quantity } : one)))}
              onRemove={() => put(lines.filter((one) => one !== line))}
            />
          ))}
          <FindProduct label={t(lines.length === 0 ? 'orders.firstLine' : 'orders.addLine')} error={form.errors['items']} currency={currency} onPick={add} />
          <CouponCodes codes={coupons} wrong={wrong} onChange={(codes) => (setCoupons(codes), set('coupons', codes.join(' ')))} />
          <ShippingChoice quote={totals} chosen={values.shippingMethod} onChoose={(code) => set('shippingMethod', code)} />
          <Totals quote={totals} goods={goods} />
          {refused && Object.keys(wrong).length === 0 && <Failure problem={refused} small retry={() => void quote.refetch()} />}
        </fieldset>
        <fieldset className="form-part">
          <legend className="form-heading">{t('orders.shipTo')}</legend>
          <AddressFields form={form} />
        </fieldset>
        <SelectField form={form} name="reserve" label={t('checkout.keepGoods')} hint={t('checkout.keepHint')} options={keepOptions()} />
        <AreaField form={form} name="notes" label={t('orders.notes')} optional />
      </Form>
    </FormPage>
  )
}
