/** How stored credit moved: who gave it and why, what came of refunds, what it was spent on. */
import type { CreditMove } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { paths } from '@/paths'
import { PersonLink } from '@/parts/person-link'
import { Id } from '@/parts/values'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { customerFilter, worded } from '../filters'
import { moveColumns } from './columns'

const { kind, amount, after, order, reason, by, when } = moveColumns

const moves: ListSpec<CreditMove> = {
  area: 'credit-moves',
  title: 'credits.movesTitle',
  path: '/credits/moves',
  exports: '/credits/moves/export',
  exportRight: 'export:order',
  sort: '-createdAt',
  search: true,
  topic: 'user',
  again: false,
  name: (move) => move.customer.name,
  to: (move) => paths.person(move.customer.id),
  columns: [
    { id: 'customer', title: 'credits.customer', width: 150, grow: 2, cell: (move) => <PersonLink id={move.customer.id}>{move.customer.name}</PersonLink> },
    { ...kind, grow: 1 },
    amount,
    { ...after, drop: 2 },
    order,
    { ...reason, drop: 3 },
    { ...by, drop: 4, grow: 1 },
    { ...when, sort: 'createdAt' },
    { id: 'id', title: 'credits.id', width: 120, hidden: true, cell: (move) => <Id id={move.id} /> },
  ],
  filters: [
    { kind: 'choice', field: 'kind', title: 'credits.kind', options: () => worded(['given', 'taken_back', 'refund', 'spent'], 'creditKind') },
    customerFilter('credits.customer'),
    { kind: 'dates', field: 'from', title: 'credits.when' },
  ],
  empty: { text: 'credits.movesEmpty' },
}

export const CreditMoves = () => <ListPage spec={moves} above={<Tabs area="payments" />} />
