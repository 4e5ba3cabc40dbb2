/** The pages of the area Access, one beside another. */
import { Link } from '@tanstack/react-router'
import { t, type Key } from '@/i18n'
import { paths } from '@/paths'

const tabs: { to: string; title: Key; exact?: boolean }[] = [
  { to: paths.roles, title: 'access.roles', exact: true },
  { to: paths.policies, title: 'access.policies' },
  { to: paths.refusals, title: 'access.refusals' },
  { to: paths.review, title: 'access.review' },
  { to: paths.explain, title: 'access.explain' },
]
export const AccessTabs = () => (
  <nav className="tabs" aria-label={t('frame.access')}>
    {tabs.map((tab) => (
      <Link key={tab.to} to={tab.to} className="tab" activeOptions={{ exact: tab.exact ?? false, includeSearch: false }} activeProps={{ className: 'tab-now', 'aria-current': 'page' }}>
        {t(tab.title)}
      </Link>
    ))}
  </nav>
)
