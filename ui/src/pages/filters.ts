/** Filters that several lists share. */
import { get } from '@/api/client'
import type { Order, User } from '@/api/shapes'
import { word, type Key } from '@/i18n'
import { orderName } from '@/lib/text'
import type { Filter, Option } from '@/table/spec'

export const worded = (values: readonly string[], area: 'state' | 'newsState' | 'suppressionReason' | 'kind' | 'jobState' | 'jobKind' | 'queue' | 'mailState' | 'template' | 'hookState' | 'heardState' | 'returnState' | 'approvalState' | 'disputeState' | 'signInRisk' | 'signInPlace' | 'runState' | 'runKind' | 'differenceKind' | 'stuckState' | 'sandboxMessage' | 'sandboxCall' | 'sandboxEffect' | 'consumer' | 'cartState' | 'cartKind' | 'repeatState' | 'repeatOperation' | 'creditKind' = 'state'): Option[] => values.map((value) => ({ value, label: word(area, value) }))

/** People as values: found by words, named by id. */
export const findPeople = async (words: string): Promise<Option[]> => (await get<User[]>('/users', { search: words, limit: 20 })).map((user) => ({ value: user.id, label: `${user.name} · ${user.email}` }))
export const customerFilter = (title: Key): Filter => ({ kind: 'record', field: 'customerId', title, right: 'read:user', find: findPeople, name: async (id) => (await get<User>(`/users/${id}`)).name })

const findOrders = async (words: string): Promise<Option[]> => (await get<Order[]>('/orders', { search: words, limit: 20 })).map((order) => ({ value: order.id, label: `${orderName(order.number)} · ${order.customer.name}` }))
export const orderFilter = (title: Key): Filter => ({ kind: 'record', field: 'orderId', title, right: 'read:order', find: findOrders, name: async (id) => orderName((await get<Order>(`/orders/${id}`)).number) })
