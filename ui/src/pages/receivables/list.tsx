/** What customers owe for orders that were sold on account: until when, what came of it, what was given up. */
import { Ellipsis } from 'lucide-react'
import type { Receivable } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { orderName } from '@/lib/text'
import { date } from '@/lib/time'
import { paths } from '@/paths'
import { IconButton } from '@/parts/button'
import { Menu } from '@/parts/menu'
import { OrderLink } from '@/parts/order-link'
import { PersonLink } from '@/parts/person-link'
import { Id, Money, State, When } from '@/parts/values'
import { ListPage } from '@/table/list-page'
import { Shown } from '@/table/shown'
import type { ListSpec } from '@/table/spec'
import { TODAY } from '@/table/url'
import { customerFilter, orderFilter } from '../filters'
import { owedDeeds } from './deeds'
import { askLess } from './host'
import { owedState } from './late'

const Due = ({ one }: { one: Receivable }) => <span className={owedState(one) === 'settled' ? 'quiet' : undefined}>{date(one.dueAt)}</span>

const receivables: ListSpec<Receivable> = {
  area: 'receivables',
  title: 'owed.title',
  path: '/receivables',
  exports: '/receivables/export',
  exportRight: 'export:order',
  sort: 'dueAt',
  search: true,
  topic: 'payment',
  again: 'list',
  name: (one) => orderName(one.orderNumber),
  to: (one) => paths.payment(one.id),
  page: paths.payment,
  columns: [
    { id: 'order', title: 'owed.order', width: 92, cell: (one) => <OrderLink id={one.orderId}>{orderName(one.orderNumber)}</OrderLink> },
    { id: 'customer', title: 'owed.customer', width: 150, grow: 3, cell: (one) => <PersonLink id={one.customer.id}>{one.customer.name}</PersonLink> },
    { id: 'state', title: 'owed.state', width: 110, grow: 1, cell: (one) => <State value={owedState(one)} words="owedState" /> },
    { id: 'owed', title: 'owed.owed', width: 104, end: true, cell: (one) => <Money value={one.owed} dash /> },
    { id: 'due', title: 'owed.due', width: 128, end: true, sort: 'dueAt', cell: (one) => <Due one={one} /> },
    { id: 'amount', title: 'owed.amount', width: 104, drop: 1, end: true, cell: (one) => <Money value={one.amount} /> },
    { id: 'received', title: 'owed.received', width: 104, drop: 2, end: true, cell: (one) => <Money value={one.received} dash /> },
    { id: 'writtenOff', title: 'owed.writtenOff', width: 104, drop: 3, end: true, cell: (one) => <Money value={one.writtenOff} dash /> },
    { id: 'takenOff', title: 'owed.takenOff', width: 104, end: true, hidden: true, cell: (one) => <Money value={one.takenOff} dash /> },
    { id: 'sold', title: 'owed.sold', width: 132, moment: true, drop: 4, end: true, sort: 'createdAt', cell: (one) => <When at={one.createdAt} /> },
    { id: 'id', title: 'owed.id', width: 120, hidden: true, cell: (one) => <Id id={one.id} kind="payment" /> },
    { id: 'deeds', deeds: true, title: 'common.more', width: 72, end: true, cell: (one) => <Deeds one={one} /> },
  ],
  filters: [
    { kind: 'flag', field: 'open', title: 'owed.openOnly' },
    { kind: 'before', field: 'dueBefore', title: 'owed.dueBefore' },
    customerFilter('owed.customer'),
    orderFilter('owed.order'),
  ],
  keys: [{ keys: 'p', label: 'owed.receiveDeedPlain', right: 'capture:payment', run: (one) => one.owed.amount > 0 && askLess(one, 'receive') }],
  empty: { text: 'owed.empty' },
}

const Deeds = ({ one }: { one: Receivable }) => (
  <Menu
    items={owedDeeds(one).map(({ label, refuse, run, danger }) => ({ label, refuse, run, danger: danger ?? false }))}
    trigger={
      <IconButton label={`${t('common.more')}: ${orderName(one.orderNumber)}`} hint={false}>
        <Ellipsis size={14} />
      </IconButton>
    }
  />
)

export const Receivables = () => (
  <ListPage
    spec={receivables}
    above={
      <>
        <Tabs area="payments" />
        <Shown
          title="owed.shown"
          path={paths.receivables}
          choices={[
            { title: 'owed.all', search: {} },
            { title: 'owed.open', search: { open: 'true' } },
            { title: 'owed.late', search: { dueBefore: TODAY } },
            { title: 'owed.settled', search: { open: 'false' } },
          ]}
        />
      </>
    }
  />
)
