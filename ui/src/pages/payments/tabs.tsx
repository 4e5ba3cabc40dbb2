/** The pages of the area Payments. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const PaymentTabs = () => (
  <Tabs
    label="frame.payments"
    tabs={[
      { to: paths.payments, title: 'payments.title', exact: true },
      { to: paths.receivables, title: 'owed.title', right: 'read:payment' },
      { to: paths.credits, title: 'credits.title', right: 'read:payment' },
      { to: paths.disputes, title: 'disputes.title' },
      { to: paths.gateways, title: 'gateways.title', right: 'read:setting' },
      { to: paths.sandbox, title: 'sandbox.title', right: 'read:payment' },
    ]}
  />
)
