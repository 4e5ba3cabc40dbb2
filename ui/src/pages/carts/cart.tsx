/** One cart or draft: what is in it, what it comes to now, what changed since, and the way to an order. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Combine, Copy, PackagePlus, Send, Trash2 } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { patch, post, remove, request } from '@/api/client'
import type { CartDetail, CartLine } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t, word, wordFor } from '@/i18n'
import { useKeys } from '@/lib/keys'
import { money, number } from '@/lib/money'
import { cartName } from '@/lib/text'
import { filtered, paths } from '@/paths'
import { Button, Kbd } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Thumb } from '@/parts/picture'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Id, When } from '@/parts/values'
import { lacking, type Refuse } from '@/parts/why'
import { Facts, RecordHeader, Section } from '@/record/record-page'
import { can } from '@/session'
import { CouponCodes, wrongCodes } from '../orders/entry/coupons'
import { FindProduct } from '../orders/entry/find'
import { LineEdit } from '../orders/entry/line'
import { ShippingChoice, Totals } from '../orders/quote'
import { cartQuery, useChange, type Changing } from './change'
import { Place } from './checkout'
import { Merge } from './merge'
import { CartState } from './standing'
import { To, Whom } from './to'

export function CartPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const cart = useQuery(cartQuery(id))
  return (
    <Part query={cart} lines={10} whole>
      {(data) => <Whole cart={data} />}
    </Part>
  )
}

const open = (cart: CartDetail) => cart.state === 'open'

function Whole({ cart }: { cart: CartDetail }) {
  const change = useChange(cart.id)
  const [asking, setAsking] = useState<'place' | 'merge'>()
  const lack = lacking('create:order')
  return (
    <div className="record">
      <Header cart={cart} lack={lack} onPlace={() => setAsking('place')} onMerge={() => setAsking('merge')} />
      <div className="record-cols">
        <div className="record-main">
          <Notices cart={cart} change={change} lack={lack} />
          {open(cart) && !lack ? <Filling cart={cart} change={change} /> : <Filled cart={cart} />}
        </div>
        <aside className="record-side cart-side" aria-label={t('carts.about')}>
          <Section title={t('carts.comesTo')}>
            {cart.totals ? <Totals quote={cart.totals} goods={undefined} /> : <p className="quiet section-empty">{t(cart.lines.length === 0 ? 'carts.noLines' : 'carts.noTotals')}</p>}
          </Section>
          <Whom cart={cart} change={change} editable={open(cart) && !lack} />
          <To cart={cart} change={change} editable={open(cart) && !lack} />
          <Facts
            rows={[
              [t('carts.begun'), <When key="b" at={cart.createdAt} />],
              [t('carts.touched'), <When key="t" at={cart.updatedAt} />],
              [t('carts.expires'), open(cart) && cart.expiresAt && <When key="e" at={cart.expiresAt} />],
            ]}
          />
        </aside>
      </div>
      {asking === 'place' && <Place cart={cart} onClose={() => setAsking(undefined)} />}
      {asking === 'merge' && <Merge cart={cart} onClose={() => setAsking(undefined)} />}
    </div>
  )
}

/** Why it can not be ordered yet; where there is no word of ours, in the engine's. */
const hindered = (cart: CartDetail): Refuse => (cart.lines.length === 0 ? t('carts.noLines') : cart.problems[0] && lackOf(cart.problems[0]))
const lackOf = ({ field, code, message }: CartDetail['problems'][number]) => (code === 'required' ? wordFor('cartLacks', field) : undefined) ?? message

function Header({ cart, lack, onPlace, onMerge }: { cart: CartDetail; lack: Refuse; onPlace: () => void; onMerge: () => void }) {
  const client = useQueryClient()
  const go = useNavigate()
  const name = `${word('cartKind', cart.kind)} ${cartName(cart)}`
  const placing = lack ?? hindered(cart)
  const discard = () =>
    confirm({
      title: t('carts.discardTitle', { name }),
      body: t('carts.discardBody'),
      deed: t('carts.discard'),
      danger: true,
      name: cartName(cart),
      run: async () => {
        await remove(`/carts/${cart.id}`)
        await client.invalidateQueries({ queryKey: ['carts'] })
        toast({ text: t('carts.discarded', { name }) })
      },
    })
  const hinderedSend = cart.problems.find((problem) => problem.field !== 'shippingAddress')
  const sending: Refuse = lack ?? (!cart.customer ? t('carts.sendNobody') : cart.lines.length === 0 ? t('carts.noLines') : hinderedSend && lackOf(hinderedSend))
  const send = () => {
    const key = crypto.randomUUID()
    const email = cart.customer?.email ?? ''
    confirm({
      title: t('carts.sendTitle', { name, customer: cart.customer?.name ?? '' }),
      body: t('carts.sendBody', { email }),
      deed: t('carts.sendDeed'),
      run: async () => {
        await post<CartDetail>(`/carts/${cart.id}/send`, undefined, key)
        toast({ text: t('carts.sent', { name, email }) })
      },
    })
  }
  useKeys(open(cart) ? [{ keys: 'p', label: 'carts.place', run: () => !placing && onPlace() }] : [])
  useActions(open(cart) ? [{ id: 'place', label: t('carts.place'), keys: 'P', refuse: placing, run: onPlace }] : [])
  return (
    <RecordHeader
      up={{ to: filtered(paths.carts, { state: 'open', kind: cart.kind }), label: t(cart.kind === 'draft' ? 'queues.drafts' : 'queues.carts') }}
      title={name}
      marks={
        <>
          <CartState cart={cart} />
          {cart.orderId && (
            <Link to={paths.order(cart.orderId)} className="link">
              {t('carts.toOrder')}
            </Link>
          )}
          <Id id={cart.id} />
        </>
      }
      actions={
        open(cart) && (
          <Button look="primary" icon={<PackagePlus size={14} />} refuse={placing} onClick={onPlace}>
            {cart.totals ? t('carts.placeFor', { amount: money(cart.totals.total) }) : t('carts.place')} <Kbd>P</Kbd>
          </Button>
        )
      }
      more={[
        ...(open(cart) ? [...(cart.kind === 'draft' ? [{ label: t('carts.send'), icon: <Send size={14} />, refuse: sending, run: send }] : []), { label: t('carts.merge'), icon: <Combine size={14} />, refuse: lack, run: onMerge }, { label: t('carts.discard'), icon: <Trash2 size={14} />, danger: true, refuse: lack, run: discard }, 'line' as const] : []),
        { label: t('orders.copyId'), icon: <Copy size={14} />, run: () => void navigator.clipboard.writeText(cart.id) },
        ...(cart.customer && can('read:user') ? [{ label: t('carts.toCustomer'), run: () => void go({ to: paths.person(cart.customer?.id ?? '') }) }] : []),
      ]}
    />
  )
}

const Notice = ({ children, deed }: { children: ReactNode; deed?: ReactNode }) => (
  <div className="notice notice-deed" role="status">
    <div>{children}</div>
    {deed}
  </div>
)

function Notices({ cart, change, lack }: { cart: CartDetail; change: Changing; lack: Refuse }) {
  if (!open(cart)) return null
  const named = cart.problems.filter((problem) => !/^(lines|coupons)\b/.test(problem.field))
  return (
    <>
      {cart.changed && (
        <Notice
          deed={
            <Button small refuse={lack} busy={change.busy} onClick={() => change.run(() => post<CartDetail>(`/carts/${cart.id}/accept`))}>
              {t('carts.accept')}
            </Button>
          }
        >
          <strong>{t('carts.changed')}</strong> {t('carts.changedLead')}
        </Notice>
      )}
      {named.length > 0 && cart.lines.length > 0 && (
        <Notice>
          <strong>{t('carts.missing')}</strong>
          <ul className="plain-list">
            {named.map((problem) => (
              <li key={`${problem.field} ${problem.code}`}>{lackOf(problem)}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  )
}

/** What is known of a line besides its price: what changed, and whether enough is there. */
const changeOf = (line: CartLine, { code, message }: CartLine['changes'][number]) =>
  code === 'price_up' || code === 'price_down' ? t('carts.priceChanged', { before: money(line.seenPrice), now: money(line.unitPrice) }) : message
const noteOf = (line: CartLine) => line.changes.map((one) => changeOf(line, one)).join(' ') || (line.quantity > line.available ? t('orders.onlyStock', { n: number(line.available) }) : '')

function Filling({ cart, change }: { cart: CartDetail; change: Changing }) {
  const base = `/carts/${cart.id}`
  const wrong = { ...wrongCodes(cart.problems), ...wrongCodes(change.problem?.errors ?? []) }
  const refusedLine = change.problem?.errors.find((one) => /^(productId|quantity|lines)/.test(one.field))?.message
  return (
    <Section title={t('orders.lines')} count={cart.lines.length}>
      <div className="lines-edit">
        {cart.lines.map((line) => (
          <LineEdit
            key={line.id}
            name={line.name}
            sku={line.sku}
            picture={{ product: line.productId, file: line.pictureId }}
            quantity={line.quantity}
            sum={line.total}
            note={noteOf(line)}
            wrong={line.quantity > line.available || line.changes.some((one) => one.code !== 'price_down')}
            busy={change.busy}
            whenDone
            onQuantity={(quantity) => change.run(() => patch<CartDetail>(`${base}/lines/${line.id}`, { quantity }))}
            onRemove={() => change.run(async () => (await request<CartDetail>('DELETE', `${base}/lines/${line.id}`)).data)}
          />
        ))}
        <FindProduct label={t(cart.lines.length === 0 ? 'orders.firstLine' : 'orders.addLine')} error={refusedLine} currency={cart.currency} onPick={(product) => change.run(() => post<CartDetail>(`${base}/lines`, { productId: product.id, quantity: 1 }))} />
        <CouponCodes codes={cart.coupons} wrong={wrong} busy={change.busy} onChange={(coupons) => change.run(() => patch<CartDetail>(base, { coupons }, cart.version))} />
        <ShippingChoice quote={cart.totals ?? undefined} chosen={cart.shippingMethod ?? ''} onChoose={(shippingMethod) => change.run(() => patch<CartDetail>(base, { shippingMethod }, cart.version))} />
      </div>
    </Section>
  )
}

/** A cart that is over, or that somebody may only look at. */
const Filled = ({ cart }: { cart: CartDetail }) => (
  <Section title={t('orders.lines')} count={cart.lines.length}>
    {cart.lines.length === 0 && <p className="quiet section-empty">{t('carts.noLines')}</p>}
    <ul className="peek-lines">
      {cart.lines.map((line) => (
        <li key={line.id}>
          {line.pictureId && <Thumb product={line.productId} file={line.pictureId} />}
          <span className="num quiet">{line.quantity} ×</span>{' '}
          <Link to={paths.product(line.productId)} className="link">
            {line.name}
          </Link>
          <span className="spring" />
          {money(line.total)}
        </li>
      ))}
    </ul>
    {cart.coupons.length > 0 && (
      <p className="tags" aria-label={t('coupons.title')}>
        {cart.coupons.map((code) => (
          <code key={code} className="tag">
            {code}
          </code>
        ))}
      </p>
    )}
  </Section>
)
