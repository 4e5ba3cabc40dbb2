/** The pages of the area Payments. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const PaymentTabs = () => (
  <Tabs
    label="frame.payments"
    tabs={[
      { to: paths.payments, title: 'payments.title', exact: true },
      { to: paths.disputes, title: 'disputes.title' },
      { to: paths.gateways, title: 'gateways.title', right: 'read:setting' },
      { to: paths.sandbox, title: 'sandbox.title', right: 'read:payment' },
    ]}
  />
)
