/** What our books and a provider's do not agree on: each settled once, by saying what it belongs to or by writing it off. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { read } from '@/api/client'
import type { ReconciliationException as Difference } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { filtered, paths } from '@/paths'
import { Button } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Facts } from '@/record/record-page'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { AuditOf } from '../audit/of'
import { worded } from '../filters'
import { CompareButton } from './compare'
import { Match, useWriteOff } from './settle'

const differences: ListSpec<Difference> = {
  area: 'differences',
  title: 'recon.title',
  path: '/reconciliation/exceptions',
  exports: '/reconciliation/exceptions/export',
  sort: '-foundAt',
  search: true,
  searches: 'recon.search',
  topic: 'ledger',
  name: (row) => row.reference,
  columns: [
    { id: 'kind', title: 'recon.kind', width: 170, grow: 1, cell: (row) => word('differenceKind', row.kind) },
    { id: 'reference', title: 'recon.reference', width: 170, grow: 2, drop: 1, cell: (row) => <code>{row.reference}</code> },
    { id: 'state', title: 'refunds.state', width: 120, cell: (row) => <State value={row.state} /> },
    { id: 'theirs', title: 'recon.theirs', width: 110, end: true, drop: 2, cell: (row) => <Money value={row.theirs} dash /> },
    { id: 'ours', title: 'recon.ours', width: 110, end: true, drop: 3, cell: (row) => <Money value={row.ours} dash /> },
    { id: 'difference', title: 'recon.difference', width: 116, end: true, cell: (row) => <Money value={row.difference} strong sign /> },
    { id: 'happened', title: 'recon.happened', width: 132, moment: true, end: true, drop: 4, cell: (row) => <When at={row.happenedAt} /> },
    { id: 'found', title: 'recon.foundAt', width: 132, moment: true, end: true, hidden: true, sort: 'foundAt', cell: (row) => <When at={row.foundAt} /> },
    { id: 'provider', title: 'payments.provider', width: 110, hidden: true, cell: (row) => word('provider', row.provider) },
    { id: 'line', title: 'recon.line', width: 130, hidden: true, cell: (row) => word('lineKind', row.lineKind) },
    { id: 'id', title: 'jobs.id', width: 120, hidden: true, cell: (row) => <Id id={row.id} /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'refunds.state', options: () => worded(['open', 'matched', 'written_off']) },
    { kind: 'choice', field: 'kind', title: 'recon.kind', options: () => worded(['missing_here', 'missing_there', 'amount', 'fee'], 'differenceKind') },
    { kind: 'record', field: 'runId', title: 'recon.comparison', find: async () => [], name: (id) => Promise.resolve(`…${id.slice(-4)}`), linked: true },
  ],
  empty: { text: 'recon.empty', action: () => <CompareButton /> },
}

export const Differences = () => <ListPage spec={differences} above={<Tabs area="ledger" />} actions={<CompareButton />} peek={(id) => <DifferencePeek id={id} />} />

function DifferencePeek({ id }: { id: string }) {
  const difference = useQuery(read<Difference>(`/reconciliation/exceptions/${id}`))
  return (
    <div className="peek">
      <Part query={difference}>{(data) => <Facing difference={data} />}</Part>
    </div>
  )
}

function Facing({ difference }: { difference: Difference }) {
  const [matching, setMatching] = useState(false)
  const writeOff = useWriteOff(difference)
  const refuse = lacking('reconcile:ledger') ?? (difference.state === 'open' ? undefined : t('recon.isSettled'))
  return (
    <>
      <header className="peek-head">
        <h2 className="peek-title">{word('differenceKind', difference.kind)}</h2>
      </header>
      <div className="peek-marks">
        <State value={difference.state} />
        <code className="hash">{difference.reference}</code>
      </div>
      <p className="quiet">{t(`recon.says_${difference.kind}`)}</p>
      <dl className="money-line">
        <div>
          <dt>{t('recon.theirs')}</dt>
          <dd>
            <Money value={difference.theirs} dash />
          </dd>
        </div>
        <div>
          <dt>{t('recon.ours')}</dt>
          <dd>
            <Money value={difference.ours} dash />
          </dd>
        </div>
        <div>
          <dt>{t('recon.difference')}</dt>
          <dd>
            <Money value={difference.difference} strong sign />
          </dd>
        </div>
      </dl>
      <Facts
        rows={[
          [t('payments.provider'), word('provider', difference.provider)],
          [t('recon.line'), word('lineKind', difference.lineKind)],
          [t('recon.happened'), <When key="h" at={difference.happenedAt} />],
          [t('recon.foundAt'), <When key="f" at={difference.foundAt} />],
          [t('ledger.payment'), difference.paymentId && can('read:payment') && <Link key="p" to={paths.payment(difference.paymentId)} className="link">{t('recon.openPayment')}</Link>],
          [t('ledger.refund'), difference.refundId && can('read:payment') && <Link key="r" to={filtered(paths.refunds, { peek: difference.refundId })} className="link">{t('recon.openRefund')}</Link>],
          [t('recon.settledBy'), difference.resolvedBy && <PersonLink key="b" id={difference.resolvedBy.id}>{difference.resolvedBy.name}</PersonLink>],
          [t('recon.settledAt'), difference.resolvedAt && <When key="s" at={difference.resolvedAt} />],
          [t('common.reason'), difference.reason],
          [t('recon.booking'), difference.postingId && <Link key="l" to={filtered(paths.ledgerEntries, { transactionId: difference.postingId })} className="link">{t('recon.openBooking')}</Link>],
        ]}
      />
      {difference.state === 'open' && (
        <div className="peek-deeds">
          <Button refuse={refuse} onClick={() => setMatching(true)}>
            {t('recon.match')}
          </Button>
          <Button look="danger" refuse={refuse} onClick={writeOff}>
            {t('recon.writeOff')}
          </Button>
        </div>
      )}
      {can('read:audit') && difference.state !== 'open' && <AuditOf id={difference.id} title={t('jobs.history')} empty={t('jobs.noHistory')} />}
      {matching && <Match difference={difference} onClose={() => setMatching(false)} />}
    </>
  )
}
