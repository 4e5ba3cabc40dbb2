/** Carts people are filling or have left behind, and orders staff have begun and not placed. */
import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { Cart } from '@/api/shapes'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { country, cartName } from '@/lib/text'
import { paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { Id, Money, When } from '@/parts/values'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { customerFilter, worded } from '../filters'
import { OrderQueues } from '../orders/queues'
import { CartState } from './standing'

export const Whose = ({ cart }: { cart: Pick<Cart, 'customer'> }) =>
  cart.customer ? (
    <PersonLink id={cart.customer.id}>
      {cart.customer.name}
    </PersonLink>
  ) : (
    <span className="quiet">{t('carts.nobody')}</span>
  )

const carts: ListSpec<Cart> = {
  area: 'carts',
  title: 'carts.title',
  path: '/carts',
  exports: '/carts/export',
  exportRight: 'export:order',
  sort: '-updatedAt',
  search: true,
  topic: 'cart',
  name: (cart) => cartName(cart),
  to: (cart) => paths.cart(cart.id),
  page: paths.cart,
  columns: [
    { id: 'number', title: 'carts.number', width: 92, cell: (cart) => <Link to={paths.cart(cart.id)} className="link num">{cartName(cart)}</Link> },
    { id: 'customer', title: 'orders.customer', width: 150, grow: 3, cell: (cart) => <Whose cart={cart} /> },
    { id: 'kind', title: 'carts.kind', width: 96, drop: 2, cell: (cart) => word('cartKind', cart.kind) },
    { id: 'state', title: 'orders.state', width: 130, grow: 1, cell: (cart) => <CartState cart={cart} /> },
    { id: 'items', title: 'orders.items', width: 72, end: true, cell: (cart) => number(cart.itemCount) },
    { id: 'value', title: 'carts.value', width: 110, end: true, cell: (cart) => <Money value={cart.value} dash /> },
    { id: 'touched', title: 'carts.touched', width: 148, moment: true, end: true, sort: 'updatedAt', cell: (cart) => <When at={cart.updatedAt} /> },
    { id: 'order', title: 'carts.order', width: 110, drop: 1, end: true, cell: (cart) => (cart.orderId ? <Link to={paths.order(cart.orderId)} className="link">{t('common.open')}</Link> : <span className="quiet">–</span>) },
    { id: 'country', title: 'orders.country', width: 120, hidden: true, cell: (cart) => country(cart.country) },
    { id: 'begun', title: 'carts.begun', width: 132, moment: true, end: true, hidden: true, sort: 'createdAt', cell: (cart) => <When at={cart.createdAt} /> },
    { id: 'expires', title: 'carts.expires', width: 132, moment: true, end: true, hidden: true, cell: (cart) => <When at={cart.expiresAt} /> },
    { id: 'id', title: 'orders.id', width: 120, hidden: true, cell: (cart) => <Id id={cart.id} /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'orders.state', options: () => worded(['open', 'ordered', 'merged', 'expired', 'discarded'], 'cartState') },
    { kind: 'choice', field: 'kind', title: 'carts.kind', options: () => worded(['cart', 'draft'], 'cartKind') },
    { kind: 'flag', field: 'abandoned', title: 'carts.abandoned' },
    customerFilter('orders.customer'),
  ],
  empty: { text: 'carts.empty', action: () => can('create:order') && <ButtonLink to={paths.newOrder}>{t('orders.new')}</ButtonLink> },
}

export const Carts = () => (
  <ListPage
    spec={carts}
    above={<OrderQueues />}
    actions={
      can('create:order') && (
        <ButtonLink to={paths.newOrder} look="primary" icon={<Plus size={14} />}>
          {t('orders.new')}
        </ButtonLink>
      )
    }
  />
)
