/** Where the money of an order stands: one that was sold on account counts as paid, and says that it is owed. */
import type { Order } from '@/api/shapes'
import { State } from '@/parts/values'

export const payingState = ({ paymentState, owed }: Pick<Order, 'paymentState' | 'owed'>) => (paymentState === 'paid' && (owed?.amount ?? 0) > 0 ? 'on_account' : paymentState)

export const Paying = ({ order }: { order: Pick<Order, 'paymentState' | 'owed'> }) => <State value={payingState(order)} />
