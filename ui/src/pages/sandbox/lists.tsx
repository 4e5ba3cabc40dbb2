/** Everything the sandbox was asked, and everything it tells: the newest five hundred of each. */
import { Link } from '@tanstack/react-router'
import type { SandboxCall, SandboxMessage } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { shortId } from '@/lib/text'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { Id, Money, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { ListPage } from '@/table/list-page'
import type { Filter, ListSpec } from '@/table/spec'
import { worded } from '../filters'
import { MessageState, OfPayment, useSend } from './latest'

const none = <span className="quiet">–</span>
const ofPayment: Filter = { kind: 'record', field: 'paymentId', title: 'ledger.payment', find: async () => [], name: (id) => Promise.resolve(shortId(id, 'payment')), linked: true }
const back = () => <ButtonLink to={paths.sandbox}>{t('sandbox.title')}</ButtonLink>

const calls: ListSpec<SandboxCall> = {
  area: 'sandbox-calls',
  title: 'sandbox.calls',
  path: '/sandbox/calls',
  sort: '-at',
  topic: 'payment',
  again: false,
  name: (row) => `${word('sandboxCall', row.operation)} ${word('sandboxAnswer', row.answer)}`,
  columns: [
    { id: 'operation', title: 'sandbox.operation', width: 150, grow: 1, cell: (row) => word('sandboxCall', row.operation) },
    { id: 'answer', title: 'sandbox.answer', width: 170, grow: 1, cell: (row) => word('sandboxAnswer', row.answer) },
    { id: 'fault', title: 'sandbox.faultColumn', width: 190, grow: 2, drop: 1, cell: (row) => (row.fault ? word('sandboxEffect', row.fault) : none) },
    { id: 'payment', title: 'ledger.payment', width: 120, cell: (row) => <OfPayment id={row.paymentId} /> },
    { id: 'amount', title: 'payments.amount', width: 110, end: true, drop: 2, cell: (row) => <Money value={row.amount} /> },
    { id: 'at', title: 'sandbox.when', width: 132, moment: true, end: true, sort: 'at', cell: (row) => <When at={row.at} /> },
    { id: 'id', title: 'jobs.id', width: 120, hidden: true, cell: (row) => <Id id={row.id} /> },
  ],
  filters: [
    { kind: 'choice', field: 'operation', title: 'sandbox.operation', options: () => worded(['authorise', 'capture', 'void', 'confirm', 'refund', 'lookup', 'dispute'], 'sandboxCall') },
    { kind: 'choice', field: 'fault', title: 'sandbox.faultColumn', options: () => worded(['decline', 'lost_answer', 'lost_refusal', 'lost_request', 'twice', 'slow', 'late', 'down'], 'sandboxEffect') },
    ofPayment,
  ],
  empty: { text: 'sandbox.noCalls', action: back },
}
export const SandboxCalls = () => <ListPage spec={calls} above={<Tabs area="payments" />} actions={back()} />

const messages: ListSpec<SandboxMessage> = {
  area: 'sandbox-messages',
  title: 'sandbox.messages',
  path: '/sandbox/messages',
  sort: '-createdAt',
  topic: 'payment',
  again: 'list',
  name: (row) => row.kind,
  columns: [
    { id: 'kind', title: 'hooks.event', width: 180, grow: 2, cell: (row) => <code>{row.kind}</code> },
    { id: 'state', title: 'hooks.state', width: 150, cell: (row) => <MessageState row={row} /> },
    { id: 'error', title: 'jobs.error', width: 180, grow: 2, drop: 1, cell: (row) => row.error ?? none },
    { id: 'payment', title: 'ledger.payment', width: 120, cell: (row) => <OfPayment id={row.paymentId} /> },
    { id: 'copies', title: 'hooks.copies', width: 84, end: true, drop: 3, cell: (row) => number(row.copies) },
    { id: 'due', title: 'jobs.due', width: 124, moment: true, end: true, drop: 2, cell: (row) => <When at={row.dueAt} /> },
    { id: 'created', title: 'sandbox.when', width: 124, moment: true, end: true, sort: 'createdAt', cell: (row) => <When at={row.createdAt} /> },
    { id: 'send', deeds: true, title: 'sandbox.send', width: 110, end: true, cell: (row) => <Send row={row} /> },
  ],
  filters: [{ kind: 'choice', field: 'state', title: 'hooks.state', options: () => worded(['waiting', 'delivered', 'lost', 'failed'], 'sandboxMessage') }, ofPayment],
  empty: { text: 'sandbox.noMessages', action: back },
}
function Send({ row }: { row: SandboxMessage }) {
  const send = useSend()
  return (
    <Button small refuse={lacking('play:sandbox')} onClick={() => send(row)}>
      {t('sandbox.send')}
    </Button>
  )
}
export const SandboxMessages = () => <ListPage spec={messages} above={<Tabs area="payments" />} actions={<Link to={paths.heard} className="btn btn-plain">{t('sandbox.heard')}</Link>} />
