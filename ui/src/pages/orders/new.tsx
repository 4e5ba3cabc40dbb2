/** An order entered by staff: who, what, where to. Prices, tax and shipping are Purser's to compute, never the page's. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Minus, Plus, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { get, post } from '@/api/client'
import type { OrderDetail, Product, User } from '@/api/shapes'
import { AreaField, SelectField, TextField } from '@/forms/fields'
import { FindField } from '@/forms/find'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { money, number } from '@/lib/money'
import { country, countryCodes, orderName } from '@/lib/text'
import { paths } from '@/paths'
import { IconButton } from '@/parts/button'
import { Money } from '@/parts/values'
import { FormPage } from '@/record/form-page'
import { useMe } from '@/session'
import { said } from './said'
import { Totals, useQuote } from './quote'

export type Wanted = { product: Product; quantity: number }
const to = ['name', 'street', 'zipCode', 'city', 'state', 'country', 'phone'] as const
const needed = ['name', 'street', 'zipCode', 'city', 'country'] as const

export function NewOrder() {
  const { currency } = useMe().tenant
  const search = useSearch({ strict: false }) as { customer?: string }
  const go = useNavigate()
  const client = useQueryClient()
  const [lines, setLines] = useState<Wanted[]>([])
  const [customer, setCustomer] = useState<User>()
  const form = useForm({
    initial: { customerId: '', items: '', 'shippingAddress.name': '', 'shippingAddress.street': '', 'shippingAddress.zipCode': '', 'shippingAddress.city': '', 'shippingAddress.state': '', 'shippingAddress.country': '', 'shippingAddress.phone': '', notes: '' },
    check: (values) => {
      const wrong: Partial<Record<keyof typeof values, string>> = {}
      if (!values.customerId) wrong.customerId = t('orders.needsCustomer')
      if (lines.length === 0) wrong.items = t('orders.needsLines')
      for (const name of needed) if (!values[`shippingAddress.${name}`].trim()) wrong[`shippingAddress.${name}`] = t('common.required')
      return wrong
    },
    send: (values, key) =>
      post<OrderDetail>(
        '/orders',
        {
          customerId: values.customerId,
          items: lines.map((line) => ({ productId: line.product.id, quantity: line.quantity })),
          shippingAddress: Object.fromEntries(to.map((name) => [name, values[`shippingAddress.${name}`].trim()])),
          ...(values.notes.trim() ? { notes: values.notes.trim() } : {}),
        },
        key,
      ),
    onDone: (order) => {
      void client.invalidateQueries({ queryKey: ['orders'] })
      void said.toast({ text: t('orders.entered', { order: orderName(order.number), amount: money(order.total) }), type: 'order', id: order.id, action: 'order.create' })
      void go({ to: paths.order(order.id), replace: true })
    },
  })
  const { set } = form
  const choose = (user: User) => {
    setCustomer(user)
    set('customerId', user.id)
    if (!form.values['shippingAddress.name']) set('shippingAddress.name', user.name)
    if (!form.values['shippingAddress.country'] && user.country) set('shippingAddress.country', user.country)
    if (!form.values['shippingAddress.phone'] && user.phone) set('shippingAddress.phone', user.phone)
  }
  const given = useRef(search.customer)
  useEffect(() => {
    if (given.current) void get<User>(`/users/${given.current}`).then(choose, () => undefined)
    given.current = undefined
  }) // Once: the address names a customer at most at the beginning.
  const put = (next: Wanted[]) => {
    setLines(next)
    // The key of this deed follows what is in it.
    set('items', JSON.stringify(next.map((line) => [line.product.id, line.quantity])))
  }
  const add = (product: Product) =>
    put(lines.some((line) => line.product.id === product.id) ? lines.map((line) => (line.product.id === product.id ? { ...line, quantity: line.quantity + 1 } : line)) : [...lines, { product, quantity: 1 }])
  const quote = useQuote(lines)
  const deed = quote.data ? t('orders.enterFor', { amount: money(quote.data.total) }) : t('orders.enter')
  return (
    <FormPage up={{ to: paths.orders, label: t('orders.title') }} title={t('orders.new')} wide>
      <Form form={form} deed={deed} label={t('orders.new')} onCancel={() => void go({ to: paths.orders })}>
        <FindField
          label={t('orders.customer')}
          shown={customer ? `${customer.name} · ${customer.email}` : ''}
          placeholder={t('orders.findCustomer')}
          field="customerId"
          error={form.errors['customerId']}
          autoFocus
          find={async (words) =>
            (await get<User[]>('/users', { search: words, limit: 8 })).map((user) => ({ value: user.id, label: user.name, note: user.email, record: user, refuse: user.status === 'deleted' ? t('state.deleted') : undefined }))
          }
          onPick={({ record }) => choose(record)}
        />
        <fieldset className="lines-edit">
          <legend className="form-heading">{t('orders.lines')}</legend>
          {lines.map((line) => (
            <Line key={line.product.id} line={line} onQuantity={(quantity) => put(lines.map((one) => (one === line ? { ...one, quantity } : one)))} onRemove={() => put(lines.filter((one) => one !== line))} />
          ))}
          <FindField
            label={t(lines.length === 0 ? 'orders.firstLine' : 'orders.addLine')}
            placeholder={t('orders.findProduct')}
            field="items"
            error={form.errors['items']}
            find={async (words) =>
              (await get<Product[]>('/products', { search: words, active: true, limit: 8 })).map((product) => ({
                value: product.id,
                label: product.name,
                note: `${money(product.price)} · ${t('orders.inStock', { n: product.stock })}`,
                record: product,
                refuse: product.stock <= 0 ? t('products.out') : product.price.currency !== currency ? product.price.currency : undefined,
              }))
            }
            onPick={({ record }) => add(record)}
          />
          <Totals quote={quote} lines={lines} currency={currency} />
        </fieldset>
        <fieldset className="form-part">
          <legend className="form-heading">{t('orders.shipTo')}</legend>
          <TextField form={form} name="shippingAddress.name" label={t('orders.addressName')} />
          <TextField form={form} name="shippingAddress.street" label={t('orders.street')} />
          <div className="field-pair field-pair-zip">
            <TextField form={form} name="shippingAddress.zipCode" label={t('orders.zipCode')} max={20} />
            <TextField form={form} name="shippingAddress.city" label={t('orders.city')} />
          </div>
          <div className="field-pair">
            <TextField form={form} name="shippingAddress.state" label={t('orders.region')} optional />
            <SelectField form={form} name="shippingAddress.country" label={t('orders.country')} none={t('orders.chooseCountry')} options={countryCodes().map((value) => ({ value, label: country(value) }))} />
          </div>
          <TextField form={form} name="shippingAddress.phone" label={t('orders.phone')} type="tel" optional max={40} />
        </fieldset>
        <AreaField form={form} name="notes" label={t('orders.notes')} optional />
      </Form>
    </FormPage>
  )
}

function Line({ line, onQuantity, onRemove }: { line: Wanted; onQuantity: (n: number) => void; onRemove: () => void }) {
  const { product, quantity } = line
  const put = (n: number) => onQuantity(Math.max(1, Math.min(9_999, n)))
  return (
    <div className="line-edit">
      <span className="line-name">
        {product.name} <code>{product.sku}</code>
        {quantity > product.stock && <span className="field-error">{t('orders.onlyStock', { n: number(product.stock) })}</span>}
      </span>
      <span className="line-qty">
        <IconButton label={t('orders.fewer', { name: product.name })} hint={false} onClick={() => put(quantity - 1)}>
          <Minus size={13} />
        </IconButton>
        <input className="input input-small num" inputMode="numeric" aria-label={t('orders.quantityOf', { name: product.name })} value={quantity} onChange={(event) => put(Math.trunc(Number(event.target.value)) || 1)} />
        <IconButton label={t('orders.moreOf', { name: product.name })} hint={false} onClick={() => put(quantity + 1)}>
          <Plus size={13} />
        </IconButton>
      </span>
      <span className="line-sum">
        <Money value={{ ...product.price, amount: product.price.amount * quantity }} />
      </span>
      <IconButton label={t('orders.removeLine', { name: product.name })} hint={false} onClick={onRemove}>
        <X size={14} />
      </IconButton>
    </div>
  )
}
