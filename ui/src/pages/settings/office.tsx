/** A page of settings: its parts named at the left, one under another at the right. */
import type { ReactNode } from 'react'

type Props = { title: string; parts: { id: string; title: string }[]; children: ReactNode }
export const Office = ({ title, parts, children }: Props) => (
  <div className="sheet-page">
    <header className="page-head">
      <h1 className="page-title">{title}</h1>
    </header>
    <div className="office">
      {parts.length > 0 && <nav className="office-nav" aria-label={title}>
        {parts.map((part) => (
          <a
            key={part.id}
            href={`#${part.id}`}
            onClick={(event) => {
              event.preventDefault()
              const room = document.getElementById(part.id)
              room?.scrollIntoView({ block: 'start' })
              room?.querySelector<HTMLElement>('input, select, textarea, button')?.focus({ preventScroll: true })
            }}
          >
            {part.title}
          </a>
        ))}
      </nav>}
      <div className="office-main">{children}</div>
    </div>
  </div>
)
