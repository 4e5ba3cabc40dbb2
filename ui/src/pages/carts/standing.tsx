/** How a cart stands: one that was left behind says so. */
import type { Cart } from '@/api/shapes'
import { State } from '@/parts/values'

const standing = (cart: Pick<Cart, 'state' | 'abandoned' | 'kind'>) => (cart.state === 'open' && cart.abandoned && cart.kind === 'cart' ? 'abandoned' : cart.state)

export const CartState = ({ cart }: { cart: Pick<Cart, 'state' | 'abandoned' | 'kind'> }) => {
  const value = standing(cart)
  return <State value={value} words="cartState" {...(value === 'open' ? { tone: 'info' as const } : {})} />
}
