/** What a person sends back, and what they have begun to buy. Neither takes room where there is none of it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { Cart, OrderReturn } from '@/api/shapes'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { cartName, orderName } from '@/lib/text'
import { CartState } from '@/pages/carts/standing'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { Money, State, When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'

const FEW = 6
const All = ({ to }: { to: string }) => <ButtonLink small look="quiet" to={to}>{t('people.showAll')}</ButtonLink>

const returnColumns: Column<OrderReturn>[] = [
  { id: 'order', title: 'orders.number', width: 96, cell: (one) => <Link to={paths.order(one.orderId)} className="link num">{orderName(one.orderNumber)}</Link> },
  { id: 'state', title: 'orders.state', width: 120, cell: (one) => <State value={one.state} words="returnState" /> },
  { id: 'reason', title: 'common.reason', width: 200, grow: true, cell: (one) => one.reason },
  { id: 'when', title: 'returns.asked', width: 130, end: true, cell: (one) => <When at={one.createdAt} /> },
]
export function PersonReturns({ id }: { id: string }) {
  const returns = useQuery(read<OrderReturn[]>('/returns', { customerId: id, limit: FEW }))
  if (!returns.isError && !returns.data?.length) return null
  return (
    <Section title={t('returns.title')} actions={<All to={filtered(paths.returns, { customerId: id })} />}>
      <Part query={returns}>{(rows) => <Rows label={t('returns.title')} columns={returnColumns} rows={rows} id={(row) => row.id} empty="" />}</Part>
    </Section>
  )
}

const cartColumns: Column<Cart>[] = [
  { id: 'number', title: 'carts.number', width: 96, cell: (cart) => <Link to={paths.cart(cart.id)} className="link num">{cartName(cart)}</Link> },
  { id: 'state', title: 'orders.state', width: 150, grow: true, cell: (cart) => <CartState cart={cart} /> },
  { id: 'items', title: 'orders.items', width: 80, end: true, cell: (cart) => number(cart.itemCount) },
  { id: 'value', title: 'carts.value', width: 110, end: true, cell: (cart) => <Money value={cart.value} dash /> },
  { id: 'when', title: 'carts.touched', width: 130, end: true, cell: (cart) => <When at={cart.updatedAt} /> },
]
export function PersonCarts({ id }: { id: string }) {
  const carts = useQuery(read<Cart[]>('/carts', { customerId: id, sort: '-updatedAt', limit: FEW }))
  if (!carts.isError && !carts.data?.length) return null
  return (
    <Section title={t('carts.ofPerson')} actions={<All to={filtered(paths.carts, { customerId: id })} />}>
      <Part query={carts}>{(rows) => <Rows label={t('carts.ofPerson')} columns={cartColumns} rows={rows} id={(row) => row.id} empty="" />}</Part>
    </Section>
  )
}
