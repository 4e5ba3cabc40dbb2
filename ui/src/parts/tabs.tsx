/** The pages of one area, one beside another. A tab is shown to those who may see its page. */
import { Link } from '@tanstack/react-router'
import { t, type Key, type Right } from '@/i18n'
import { can } from '@/session'

export type Tab = { to: string; title: Key; exact?: boolean; right?: Right }

export function Tabs({ label, tabs }: { label: Key; tabs: Tab[] }) {
  const shown = tabs.filter((tab) => !tab.right || can(tab.right))
  if (shown.length < 2) return null
  return (
    <nav className="tabs" aria-label={t(label)}>
      {shown.map((tab) => (
        <Link key={tab.to} to={tab.to} className="tab" activeOptions={{ exact: tab.exact ?? false, includeSearch: false }} activeProps={{ className: 'tab-now', 'aria-current': 'page' }}>
          {t(tab.title)}
        </Link>
      ))}
    </nav>
  )
}
