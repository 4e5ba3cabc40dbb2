/** The pages of the area Sign-ins. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const SignInTabs = () => (
  <Tabs
    label="frame.signIns"
    tabs={[
      { to: paths.signIns, title: 'signIns.attempts', exact: true },
      { to: paths.lockouts, title: 'signIns.lockedTitle' },
      { to: paths.allKeys, title: 'apiKeys.title', right: 'manage:key' },
    ]}
  />
)
