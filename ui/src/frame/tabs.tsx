/** The pages of one area, one beside another. A tab is shown to those who may see its page. */
import { Link } from '@tanstack/react-router'
import { t } from '@/i18n'
import { can } from '@/session'
import { areas } from './areas'

export function Tabs({ area }: { area: string }) {
  const here = areas.find((one) => one.id === area)
  const shown = (here?.pages ?? []).filter((page) => !page.apart && (!page.right || can(page.right)))
  if (!here || shown.length < 2) return null
  return (
    <nav className="tabs" aria-label={t(here.title)}>
      {shown.map((tab) => (
        <Link key={tab.to} to={tab.to} className="tab" activeOptions={{ exact: tab.exact ?? false, includeSearch: false }} activeProps={{ className: 'tab-now', 'aria-current': 'page' }}>
          {t(tab.title)}
        </Link>
      ))}
    </nav>
  )
}
