/** The rail of areas. Counts stand only where somebody must act; what a person may not see is not there. */
import { Link } from '@tanstack/react-router'
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react'
import { t } from '@/i18n'
import { railFolded } from '@/lib/keys'
import { number } from '@/lib/money'
import { useStore } from '@/lib/store'
import { Hint } from '@/parts/hint'
import { can } from '@/session'
import { groups, type Area } from './areas'

export function Rail({ counts }: { counts: Record<string, number> }) {
  const folded = useStore(railFolded)
  return (
    <nav className="rail" aria-label={t('frame.areas')}>
      {groups.map((group, i) => (
        <ul key={i} className="rail-group">
          {group
            .filter((area) => !area.right || can(area.right))
            .map((area) => (
              <li key={area.id}>
                <Item area={area} count={counts[area.id] ?? 0} folded={folded} />
              </li>
            ))}
        </ul>
      ))}
      <span className="spring" />
      <button type="button" className="rail-item rail-fold" onClick={() => railFolded.set(!folded)} aria-label={t(folded ? 'frame.unfold' : 'frame.fold')} aria-expanded={!folded}>
        {folded ? <PanelLeftOpen size={16} /> : <PanelLeftClose size={16} />}
      </button>
    </nav>
  )
}

function Item({ area, count, folded }: { area: Area; count: number; folded: boolean }) {
  const Icon = area.icon
  const name = t(area.title)
  const link = (
    <Link to={area.to} className="rail-item" activeOptions={{ exact: area.to === '/', includeSearch: false }} activeProps={{ className: 'rail-now', 'aria-current': 'page' }} aria-label={folded ? name : undefined}>
      <Icon size={16} aria-hidden />
      <span className="rail-name">{name}</span>
      {count > 0 && (
        <span className="rail-count" aria-label={t('frame.waiting', { n: count })} role="img">
          {number(count)}
        </span>
      )}
    </Link>
  )
  return folded ? (
    <Hint text={name} side="right">
      {link}
    </Hint>
  ) : (
    link
  )
}
