/** The books: every account with what it stands at, and the proof that everything adds up to nothing. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck, RotateCw } from 'lucide-react'
import { post, read } from '@/api/client'
import type { Account, LedgerProof, ProofAsked } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { money, number } from '@/lib/money'
import { filtered, paths } from '@/paths'
import { Button } from '@/parts/button'
import { Empty, Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { Money, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { can } from '@/session'
import type { Column } from '@/table/spec'

const columns: Column<Account>[] = [
  { id: 'name', title: 'ledger.account', width: 260, grow: true, cell: (account) => <Link to={filtered(paths.ledgerEntries, { accountId: account.id })} className="link">{word('account', account.code)}</Link> },
  { id: 'kind', title: 'ledger.kind', width: 130, cell: (account) => word('kind', account.kind) },
  { id: 'debit', title: 'ledger.debit', width: 150, end: true, cell: (account) => <Money value={account.debit} dash /> },
  { id: 'credit', title: 'ledger.credit', width: 150, end: true, cell: (account) => <Money value={account.credit} dash /> },
  { id: 'balance', title: 'ledger.balance', width: 150, end: true, cell: (account) => <Money value={account.balance} strong /> },
]

export function Ledger() {
  const mine = can('read:ledger')
  const accounts = useQuery({ ...read<Account[]>('/ledger/accounts'), retry: false })
  return (
    <div className="home">
      <header className="page-head">
        <h1 className="page-title">{t('ledger.title')}</h1>
      </header>
      <Tabs area="ledger" />
      <div className="home-body">
        {mine && <Proof />}
        <Part query={accounts} lines={8}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty>{t('ledger.empty')}</Empty>
            ) : (
              <>
                {[...new Set(rows.map((account) => account.currency))].toSorted().map((currency, _, all) => (
                  <Section key={currency} title={all.length > 1 ? t('ledger.accountsIn', { currency }) : t('ledger.accounts')}>
                    <Accounts rows={rows.filter((account) => account.currency === currency)} currency={currency} />
                  </Section>
                ))}
              </>
            )
          }
        </Part>
      </div>
    </div>
  )
}

const sides = ['asset', 'liability', 'revenue', 'expense']
function Accounts({ rows, currency }: { rows: Account[]; currency: string }) {
  const sorted = rows.toSorted((a, b) => sides.indexOf(a.kind) - sides.indexOf(b.kind) || a.code.localeCompare(b.code))
  const sum = (side: 'debit' | 'credit') => ({ amount: rows.reduce((all, account) => all + account[side].amount, 0), currency })
  const off = sum('debit').amount - sum('credit').amount
  return (
    <Rows
      label={t('ledger.accounts')}
      columns={columns}
      rows={sorted}
      id={(account) => account.id}
      empty=""
      foot={
        <tr>
          <th scope="row" colSpan={2}>
            {t('ledger.sum')}
          </th>
          <td className="cell-end">
            <Money value={sum('debit')} />
          </td>
          <td className="cell-end">
            <Money value={sum('credit')} />
          </td>
          <td className="cell-end">
            <Money value={{ amount: off, currency }} strong />
          </td>
        </tr>
      }
    />
  )
}

/** What can be added up at once is, now; of a large ledger the last time all of it was. */
function Proof() {
  const proof = useQuery({ ...read<LedgerProof>('/ledger/proof'), staleTime: 10_000 })
  const whole = useMutation({
    mutationFn: () => post<ProofAsked>('/ledger/proof'),
    onSuccess: ({ jobId }) => toast({ text: t(jobId ? 'ledger.proofBegun' : 'ledger.proofWaits'), ...(jobId && can('read:job') ? { link: { to: paths.job(jobId), label: t('jobs.one') } } : {}) }),
    onError: toastProblem,
  })
  return (
    <section className="proof-room" aria-label={t('ledger.proof')}>
      <Part query={proof} lines={2}>
        {(data) => (
          <div className={`proof ${data.balanced && data.full?.balanced !== false ? 'proof-good' : 'proof-bad'}`} role="status">
            {data.balanced ? <CircleCheck size={20} aria-hidden /> : <CircleAlert size={20} aria-hidden />}
            <div className="proof-text">
              <strong>{t(data.balanced ? 'ledger.balanced' : 'ledger.unbalanced')}</strong>
              <ul>
                {data.currencies.map((one) => (
                  <li key={one.currency}>{t('ledger.proofLine', { n: one.transactions, count: number(one.transactions), debit: money(one.debit), credit: money(one.credit), sum: money(one.sum) })}</li>
                ))}
                {!data.whole && <li>{t(data.full ? 'ledger.newestOnly' : 'ledger.newestAlone')}</li>}
                {data.full && (
                  <li>
                    {t(data.full.balanced ? 'ledger.fullBalanced' : 'ledger.fullUnbalanced', { n: data.full.transactions })} <When at={data.full.checkedAt} />
                  </li>
                )}
                {data.full?.findings.map((line) => <li key={line}>{line}</li>)}
                {data.unbalanced.map((line, i) => (
                  <li key={i}>{typeof line === 'string' ? line : JSON.stringify(line)}</li>
                ))}
              </ul>
            </div>
            <span className="quiet">
              {t('ledger.checked')} <When at={data.checkedAt} />
            </span>
            <Button small icon={<RotateCw size={13} />} busy={proof.isFetching} onClick={() => void proof.refetch()}>
              {t('ledger.proveAgain')}
            </Button>
            <Button small refuse={lacking('reconcile:ledger')} busy={whole.isPending} onClick={() => whole.mutate()}>
              {t('ledger.proveAll')}
            </Button>
          </div>
        )}
      </Part>
    </section>
  )
}
