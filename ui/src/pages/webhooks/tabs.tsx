/** The pages of the area Webhooks. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const WebhookTabs = () => (
  <Tabs
    label="frame.webhooks"
    tabs={[
      { to: paths.webhooks, title: 'hooks.endpoints', exact: true },
      { to: paths.deliveries, title: 'hooks.deliveries' },
      { to: paths.heard, title: 'hooks.heard' },
    ]}
  />
)
