/** The rail of areas. Counts stand only where somebody must act; what a person may not see is not there. */
import { Link } from '@tanstack/react-router'
import { Keyboard, PanelLeftClose, PanelLeftOpen } from 'lucide-react'
import { t } from '@/i18n'
import { railFolded, sheetOpen } from '@/lib/keys'
import { number } from '@/lib/money'
import { useStore } from '@/lib/store'
import { Kbd } from '@/parts/button'
import { Hint } from '@/parts/hint'
import { sees } from '@/session'
import { groups, help, type Area } from './areas'

export function Rail({ counts }: { counts: Record<string, number> }) {
  const folded = useStore(railFolded)
  return (
    <nav className="rail" aria-label={t('frame.areas')}>
      {groups.map((group, i) => (
        <ul key={i} className="rail-group">
          {group
            .filter((area) => !area.right || sees(area.right))
            .map((area) => (
              <li key={area.id}>
                <Item area={area} count={counts[area.id] ?? 0} folded={folded} />
              </li>
            ))}
        </ul>
      ))}
      <span className="spring" />
      <ul className="rail-group rail-help" aria-label={t('frame.help')}>
        <li>
          <Item area={help} count={0} folded={folded} />
        </li>
        <li>
          <KeysItem folded={folded} />
        </li>
      </ul>
      <button type="button" className="rail-item rail-fold" onClick={() => railFolded.set(!folded)} aria-label={t(folded ? 'frame.unfold' : 'frame.fold')} aria-expanded={!folded}>
        {folded ? <PanelLeftOpen size={16} /> : <PanelLeftClose size={16} />}
      </button>
    </nav>
  )
}

function KeysItem({ folded }: { folded: boolean }) {
  const button = (
    <button type="button" className="rail-item rail-keys" onClick={() => sheetOpen.set(true)} aria-label={folded ? t('frame.keys') : undefined}>
      <Keyboard size={16} aria-hidden />
      <span className="rail-name">{t('frame.keys')}</span>
      <span className="rail-key" aria-hidden>
        <Kbd>?</Kbd>
      </span>
    </button>
  )
  return folded ? (
    <Hint text={t('frame.keys')} side="right">
      {button}
    </Hint>
  ) : (
    button
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
