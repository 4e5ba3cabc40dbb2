/** Every line of the books, newest first. What is written here is never changed, only answered by another line. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { get, read } from '@/api/client'
import type { Account, LedgerEntry } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { filtered, paths } from '@/paths'
import { OrderLink } from '@/parts/order-link'
import { Part } from '@/parts/states'
import { Id, Money, When } from '@/parts/values'
import { Facts, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { Column, ListSpec, Option } from '@/table/spec'
import { orderFilter, worded } from '../filters'

const accountName = (account: Account) => `${word('account', account.code)} · ${account.currency}`
const findAccounts = async (words: string): Promise<Option[]> =>
  (await get<Account[]>('/ledger/accounts')).map((account) => ({ value: account.id, label: accountName(account) })).filter((option) => option.label.toLowerCase().includes(words.toLowerCase()))

const debit = (entry: LedgerEntry) => entry.amount.amount > 0 && <Money value={entry.amount} />
const credit = (entry: LedgerEntry) => entry.amount.amount < 0 && <Money value={{ ...entry.amount, amount: -entry.amount.amount }} />

const entries: ListSpec<LedgerEntry> = {
  area: 'ledger',
  title: 'ledger.entries',
  path: '/ledger/entries',
  sort: '',
  topic: 'ledger',
  again: false,
  exports: '/ledger/statement',
  exportRight: 'read:ledger',
  name: (entry) => `${word('account', entry.account.code)} ${money(entry.amount)}`,
  columns: [
    { id: 'when', title: 'ledger.when', width: 124, moment: true, cell: (entry) => <When at={entry.at} /> },
    { id: 'account', title: 'ledger.account', width: 200, grow: 2, cell: (entry) => word('account', entry.account.code) },
    { id: 'kind', title: 'ledger.kind', width: 100, grow: 1, cell: (entry) => word('kind', entry.kind) },
    { id: 'order', title: 'ledger.order', width: 92, grow: 1, cell: (entry) => entry.orderId && <OrderLink id={entry.orderId}>{orderName(entry.orderNumber ?? '')}</OrderLink> },
    { id: 'debit', title: 'ledger.debit', width: 110, end: true, cell: debit },
    { id: 'credit', title: 'ledger.credit', width: 124, end: true, cell: credit },
    { id: 'memo', title: 'ledger.memo', width: 200, hidden: true, cell: (entry) => entry.memo },
    { id: 'transaction', title: 'ledger.transaction', width: 110, hidden: true, cell: (entry) => <Id id={entry.transactionId} /> },
  ],
  filters: [
    { kind: 'record', field: 'accountId', title: 'ledger.account', find: findAccounts, name: async (id) => (await get<Account[]>('/ledger/accounts')).filter((account) => account.id === id).map(accountName)[0] ?? '' },
    { kind: 'choice', field: 'kind', title: 'ledger.kind', options: () => worded(['capture', 'refund', 'import', 'dispute', 'fee', 'write_off'], 'kind') },
    orderFilter('ledger.order'),
    { kind: 'dates', field: 'from', title: 'ledger.when' },
  ],
  empty: { text: 'ledger.empty' },
}

export const LedgerEntries = () => (
  <ListPage
    spec={entries}
    peek={(_, entry) => <EntryPeek entry={entry} />}
    above={<Tabs area="ledger" />}
  />
)

const legs: Column<LedgerEntry>[] = [
  { id: 'account', title: 'ledger.account', width: 180, grow: true, cell: (entry) => word('account', entry.account.code) },
  { id: 'debit', title: 'ledger.debit', width: 90, end: true, cell: debit },
  { id: 'credit', title: 'ledger.credit', width: 90, end: true, cell: credit },
]

/** The whole booking a line belongs to. A line is only known through its list, so one that is not in it cannot be shown. */
function EntryPeek({ entry }: { entry: LedgerEntry | undefined }) {
  const booking = useQuery({ ...read<LedgerEntry[]>('/ledger/entries', { transactionId: entry?.transactionId ?? '', limit: 20 }), enabled: entry !== undefined })
  if (!entry) return <p className="quiet">{t('ledger.notLoaded')}</p>
  return (
    <div className="peek">
      <Part query={booking}>
        {(rows) => {
          const first = rows[0]
          if (!first) return <p className="quiet">{t('common.missing')}</p>
          return (
            <>
              <header className="peek-head">
                <h2 className="peek-title">{first.memo}</h2>
              </header>
              <Facts
                rows={[
                  [t('ledger.kind'), word('kind', first.kind)],
                  [t('ledger.order'), first.orderId && <OrderLink key="o" id={first.orderId} look="link">{orderName(first.orderNumber ?? '')}</OrderLink>],
                  [t('ledger.payment'), first.paymentId && can('read:payment') && <Link key="p" to={paths.payment(first.paymentId)} className="link">{t('payments.one', { order: orderName(first.orderNumber ?? '') })}</Link>],
                  [t('ledger.refund'), first.refundId && can('read:payment') && <Link key="r" to={filtered(paths.refunds, { peek: first.refundId })} className="link">{t('refunds.one', { order: orderName(first.orderNumber ?? '') })}</Link>],
                  [t('ledger.when'), <When key="w" at={first.at} />],
                  [t('ledger.transaction'), <Id key="t" id={first.transactionId} />],
                ]}
              />
              <Section title={t('ledger.booking')}>
                <Rows label={t('ledger.booking')} columns={legs} rows={rows} id={(entry) => entry.id} empty="" />
              </Section>
            </>
          )
        }}
      </Part>
    </div>
  )
}
