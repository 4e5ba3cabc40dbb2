/** The pages of the area Ledger. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const LedgerTabs = () => (
  <Tabs
    label="frame.ledger"
    tabs={[
      { to: paths.ledger, title: 'ledger.accounts', exact: true, right: 'read:ledger' },
      { to: paths.ledgerEntries, title: 'ledger.lines', right: 'read:ledger' },
      { to: paths.report, title: 'report.title', right: 'read:stats' },
      { to: paths.periods, title: 'periods.title', right: 'read:ledger' },
      { to: paths.differences, title: 'recon.title', right: 'read:ledger' },
      { to: paths.comparisons, title: 'recon.comparisons', right: 'read:ledger' },
    ]}
  />
)
