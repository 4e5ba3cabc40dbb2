/** A page before the frame: the mark, a heading, and one thing to do. */
import { useEffect, type ReactNode } from 'react'
import { Brand } from './brand'

export function Gate({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Purser`
  }, [title])
  return (
    <main className="gate">
      <div className="entry-card">
        <Brand />
        <h1 className="entry-title">{title}</h1>
        {lead && <p className="entry-lead">{lead}</p>}
        {children}
      </div>
    </main>
  )
}
