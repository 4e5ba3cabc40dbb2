/** The pages of the area Access. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const AccessTabs = () => (
  <Tabs
    label="frame.access"
    tabs={[
      { to: paths.roles, title: 'access.roles', exact: true },
      { to: paths.policies, title: 'access.policies' },
      { to: paths.refusals, title: 'access.refusals' },
      { to: paths.review, title: 'access.review' },
      { to: paths.explain, title: 'access.explain' },
    ]}
  />
)
