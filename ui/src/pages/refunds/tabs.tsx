/** The pages of the area Refunds: what went back, what waits for a second pair of eyes, and what asks for one. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const RefundTabs = () => (
  <Tabs
    label="frame.refunds"
    tabs={[
      { to: paths.refunds, title: 'refunds.title', exact: true },
      { to: paths.approvals, title: 'approvals.title' },
      { to: paths.approvalRules, title: 'approvals.rules', right: 'manage:approval' },
    ]}
  />
)
