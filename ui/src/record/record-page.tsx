/** A record's page: what it is and what is in it at the left, everything that happened at the right. */
import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronLeft, Ellipsis } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '@/i18n'
import { backTo } from '@/lib/back'
import { useKeys } from '@/lib/keys'
import { IconButton } from '@/parts/button'
import { Menu, type MenuItem } from '@/parts/menu'

type HeaderProps = {
  /** Where Back leads: the list. */
  up?: { to: string; label: string }
  title: ReactNode
  /** Id to copy, state, small facts. */
  marks?: ReactNode
  /** At most two; the rest go into `more`. */
  actions?: ReactNode
  more?: MenuItem[]
}
export function RecordHeader({ up, title, marks, actions, more }: HeaderProps) {
  const go = useNavigate()
  useKeys([{ keys: 'Escape', label: 'frame.keyBack', run: () => up && void go({ href: backTo(up.to) }) }], up !== undefined)
  return (
    <header className="record-head">
      {up && (
        <nav className="record-up" aria-label={t('common.back')}>
          <Link to={backTo(up.to)} className="quiet-link">
            <ChevronLeft size={12} aria-hidden /> {up.label}
          </Link>
        </nav>
      )}
      <div className="record-line">
        <div className="record-name">
          <h1 className="page-title">{title}</h1>
          <div className="record-marks">{marks}</div>
        </div>
        {actions}
        {more && more.length > 0 && (
          <Menu
            items={more}
            trigger={
              <IconButton label={t('common.more')} look="plain" hint={false}>
                <Ellipsis size={16} />
              </IconButton>
            }
          />
        )}
      </div>
    </header>
  )
}

export const RecordPage = ({ header, children, side }: { header: ReactNode; children: ReactNode; side: ReactNode }) => (
  <div className="record">
    {header}
    <div className="record-cols">
      <div className="record-main">{children}</div>
      <aside className="record-side" aria-label={t('common.timeline')}>
        {side}
      </aside>
    </div>
  </div>
)

export const Section = ({ title, count, actions, children }: { title: string; count?: number; actions?: ReactNode; children: ReactNode }) => (
  <section className="section" aria-label={title}>
    <header className="section-head">
      <h2 className="section-title">{title}</h2>
      {count !== undefined && <span className="page-count">{count}</span>}
      <span className="spring" />
      {actions}
    </header>
    {children}
  </section>
)

/** Facts as pairs; a fact without a value is left out unless it says what its absence means. */
export const Facts = ({ rows }: { rows: [string, ReactNode][] }) => (
  <dl className="facts">
    {rows
      .filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false)
      .map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
)

/** A figure with its name under it: the heroes of a record or of Home. */
export const Figure = ({ name, children, note, to }: { name: string; children: ReactNode; note?: ReactNode; to?: string }) => {
  const inner = (
    <>
      <span className="figure-name">{name}</span>
      <span className="figure-value">{children}</span>
      {note && <span className="figure-note">{note}</span>}
    </>
  )
  return to ? (
    <Link to={to} className="figure figure-link">
      {inner}
    </Link>
  ) : (
    <div className="figure">{inner}</div>
  )
}
