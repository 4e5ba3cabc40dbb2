/** Requests with a key: what was asked under it, what became of it, and how often it came again. What was answered is shown to nobody. */
import { Link } from '@tanstack/react-router'
import { get } from '@/api/client'
import type { RepeatKey, User } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { shortId } from '@/lib/text'
import { subjectPath } from '@/paths'
import { CopyButton, Id, State, When } from '@/parts/values'
import { Facts } from '@/record/record-page'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { findPeople, worded } from '../filters'
import { By } from './by'

const operations = ['create_order', 'check_out', 'pay', 'capture', 'void', 'confirm', 'refund', 'refund_order', 'cancel', 'fulfil', 'return', 'open_cart', 'add_to_cart', 'merge_cart', 'approve', 'submit', 'accept', 'create_user', 'create_product', 'create_variant', 'create_category', 'create_coupon', 'create_view', 'move_stock', 'upload_file', 'upload_import', 'settle_sandbox', 'open_sandbox_dispute', 'saga_pay', 'saga_refund']

/** What it was about: a link where there is a page for it. */
function About({ row }: { row: RepeatKey }) {
  if (!row.subjectId) return <span className="quiet">–</span>
  if (!row.subjectType) return <Id id={row.subjectId} />
  const to = subjectPath({ type: row.subjectType, id: row.subjectId })
  const name = `${word('thing', row.subjectType)} ${shortId(row.subjectId)}`
  return to ? <Link to={to} className="quiet-link" title={row.subjectId}>{name}</Link> : <Id id={row.subjectId} />
}
const Standing = ({ row }: { row: RepeatKey }) => <State value={row.state} words="repeatState" />
const Who = ({ row }: { row: RepeatKey }) => (row.userId ? <By id={row.userId} /> : <>{t('jobs.ofPurser')}</>)

const repeats: ListSpec<RepeatKey> = {
  area: 'idempotency-keys',
  title: 'repeats.title',
  path: '/idempotency-keys',
  sort: '-createdAt',
  search: true,
  searches: 'repeats.search',
  again: false,
  name: (row) => `${word('repeatOperation', row.operation)} ${row.key}`,
  columns: [
    { id: 'operation', title: 'repeats.asked', width: 150, grow: 1, cell: (row) => word('repeatOperation', row.operation) },
    { id: 'state', title: 'jobs.state', width: 130, cell: (row) => <Standing row={row} /> },
    { id: 'key', title: 'repeats.key', width: 190, grow: 2, cell: (row) => <code title={row.key}>{row.key}</code> },
    { id: 'about', title: 'runs.about', width: 140, drop: 2, cell: (row) => <About row={row} /> },
    { id: 'who', title: 'jobs.by', width: 130, drop: 1, cell: (row) => <Who row={row} /> },
    { id: 'repeats', title: 'repeats.repeats', width: 96, end: true, cell: (row) => (row.repeats > 0 ? <span className="num">{number(row.repeats)}</span> : <span className="quiet">–</span>) },
    { id: 'created', title: 'repeats.came', width: 124, moment: true, end: true, sort: 'createdAt', cell: (row) => <When at={row.createdAt} /> },
    { id: 'expires', title: 'repeats.expires', width: 124, moment: true, end: true, drop: 3, cell: (row) => <When at={row.expiresAt} /> },
    { id: 'status', title: 'repeats.status', width: 80, end: true, hidden: true, cell: (row) => row.status ?? <span className="quiet">–</span> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'jobs.state', options: () => worded(['running', 'left', 'answered'], 'repeatState') },
    { kind: 'choice', field: 'operation', title: 'repeats.asked', options: () => worded(operations, 'repeatOperation') },
    { kind: 'record', field: 'userId', title: 'jobs.by', find: findPeople, name: async (id) => (await get<User>(`/users/${id}`)).name },
    { kind: 'text', field: 'key', title: 'repeats.key' },
    { kind: 'dates', field: 'from', title: 'repeats.came' },
  ],
  empty: { text: 'repeats.empty' },
}

export const Repeats = () => <ListPage spec={repeats} above={<Tabs area="jobs" />} peek={(_, row) => <Peek row={row} />} />

function Peek({ row }: { row: RepeatKey | undefined }) {
  if (!row) return <p className="quiet">{t('repeats.isGone')}</p>
  return (
    <div className="peek">
      <header className="peek-head">
        <h2 className="peek-title">{word('repeatOperation', row.operation)}</h2>
      </header>
      <div className="peek-marks">
        <Standing row={row} />
        <About row={row} />
      </div>
      <p className={row.state === 'left' ? 'notice' : 'quiet'}>{t(`repeats.${row.state}Says`)}</p>
      <Facts
        rows={[
          [t('repeats.key'), <span key="k" className="said"><code>{row.key}</code> <CopyButton text={row.key} /></span>],
          [t('jobs.by'), <Who key="w" row={row} />],
          [t('repeats.status'), row.status],
          [t('repeats.came'), <When key="c" at={row.createdAt} />],
          [t('repeats.repeats'), row.repeats > 0 && t('repeats.times', { n: row.repeats })],
          [t('repeats.last'), row.repeatedAt && <When key="l" at={row.repeatedAt} />],
          [t('repeats.expires'), <When key="e" at={row.expiresAt} />],
        ]}
      />
      <p className="quiet">{t('repeats.lead')}</p>
    </div>
  )
}
