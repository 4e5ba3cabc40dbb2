/** What people did with one thing that has no story of its own: the newest lines of the log about it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ScrollText } from 'lucide-react'
import { read } from '@/api/client'
import type { AuditRow } from '@/api/shapes'
import { t, word } from '@/i18n'
import { auditPath } from '@/paths'
import { Part } from '@/parts/states'
import { When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { ActorLink } from './list'

export function AuditOf({ id, title, empty }: { id: string; title: string; empty: string }) {
  const lines = useQuery(read<AuditRow[]>('/audit', { subjectId: id, limit: 20 }))
  return (
    <Section title={title}>
      <Part query={lines}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="quiet">{empty}</p>
          ) : (
            <ol className="timeline-list">
              {rows.map((row) => (
                <li key={row.id} className="entry">
                  <span className="entry-icon" aria-hidden>
                    <ScrollText size={13} />
                  </span>
                  <div className="entry-body">
                    <span className="entry-title">{word('deed', row.action)}</span>
                    {row.reason && <p className="entry-detail">{row.reason}</p>}
                    <p className="entry-meta">
                      <When at={row.at} />
                      <ActorLink row={row} />
                      <Link to={auditPath(row.id)} className="quiet-link">{t('common.auditRow')}</Link>
                    </p>
                  </div>
                </li>
              ))}
            </ol>
          )
        }
      </Part>
    </Section>
  )
}
