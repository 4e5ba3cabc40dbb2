/** The pages of the area Mailbox. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const MailTabs = () => (
  <Tabs
    label="frame.mailbox"
    tabs={[
      { to: paths.mailbox, title: 'mails.title', exact: true, right: 'read:mail' },
      { to: paths.newsletters, title: 'news.title', exact: true, right: 'send:newsletter' },
      { to: paths.suppressions, title: 'news.suppressed', right: 'send:newsletter' },
    ]}
  />
)
