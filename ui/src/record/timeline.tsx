/** Everything that happened to one record, newest first: who, when, what it did, and the audit row behind it. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CreditCard, FileText, KeyRound, Mail, MessageSquare, Package, PackageOpen, ShoppingCart, Undo2, Upload, UserRound, type LucideIcon } from 'lucide-react'
import { useMemo, useState } from 'react'
import { list } from '@/api/client'
import type { TimelineEntry } from '@/api/shapes'
import { t, word, wordFor } from '@/i18n'
import { auditPath, subjectPath } from '@/paths'
import { Button } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { Bones, Failure, Stale } from '@/parts/states'
import { Money, When } from '@/parts/values'

const icons: Record<string, LucideIcon> = { order: Package, payment: CreditCard, refund: Undo2, account: UserRound, session: KeyRound, file: FileText, return: PackageOpen, cart: ShoppingCart, message: Mail, note: MessageSquare, import: Upload }

type Told = (entry: TimelineEntry) => string | undefined

/** `self` is the record whose page this is: entries about it need no link to it, nor its name (`label`) again; `told` knows better words for some. */
export function Timeline({ path, self, label, told }: { path: string; self: string; label?: string; told?: Told }) {
  const query = useInfiniteQuery(list<TimelineEntry>(path, {}, 50))
  const [kind, setKind] = useState<string>()
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data])
  const kinds = [...new Set(entries.map((entry) => entry.kind))]
  const shown = kind ? entries.filter((entry) => entry.kind === kind) : entries
  if (query.isPending) return <Bones lines={6} />
  if (query.isError && !query.data) return <Failure problem={query.error} retry={() => void query.refetch()} />
  return (
    <section className="timeline" aria-label={t('common.timeline')}>
      <header className="section-head">
        <h2 className="section-title">{t('common.timeline')}</h2>
        <span className="spring" />
        {kinds.length > 1 && (
          <select className="input input-small select" aria-label={t('table.filter')} value={kind ?? ''} onChange={(event) => setKind(event.target.value || undefined)}>
            <option value="">{t('common.everything')}</option>
            {kinds.map((one) => (
              <option key={one} value={one}>
                {word('kind', one)}
              </option>
            ))}
          </select>
        )}
      </header>
      {query.isError && <Stale at={query.dataUpdatedAt} retry={() => void query.refetch()} />}
      {shown.length === 0 && <p className="quiet">{t('common.timelineEmpty')}</p>}
      <ol className="timeline-list">
        {shown.map((entry) => (
          <Entry key={entry.id} entry={entry} self={self} label={label} told={told} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button small busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('common.older')}
        </Button>
      )}
    </section>
  )
}

/** A bank's word for why is said in the reader's. */
const detailOf = (action: string, detail: string) => (action.startsWith('dispute.') && wordFor('disputeReason', detail)) || detail

function Entry({ entry, self, label, told }: { entry: TimelineEntry; self: string; label: string | undefined; told: Told | undefined }) {
  const Icon = icons[entry.kind] ?? FileText
  const short = told?.(entry) ?? wordFor('moment', entry.action) ?? wordFor('deed', entry.action)
  const title = short === undefined ? entry.title : entry.subject.id === self || entry.subject.label === label ? short : `${short} · ${entry.subject.label}`
  const to = entry.subject.id === self ? undefined : subjectPath(entry.subject)
  return (
    <li className={`entry entry-${entry.kind}`}>
      <span className="entry-icon" aria-hidden>
        <Icon size={13} />
      </span>
      <div className="entry-body">
        <div className="entry-line">
          <span className="entry-title">{to ? <Link to={to} className="quiet-link">{title}</Link> : title}</span>
          {entry.amount && <Money value={entry.amount} />}
        </div>
        {entry.detail && <p className="entry-detail">{detailOf(entry.action, entry.detail)}</p>}
        <p className="entry-meta">
          <When at={entry.at} />
          {entry.actor && (entry.actor.id ? <PersonLink id={entry.actor.id}>{t('common.by', { name: entry.actor.name })}</PersonLink> : <span>{t('common.by', { name: entry.actor.name })}</span>)}
          {entry.auditId && (
            <Link to={auditPath(entry.auditId)} className="quiet-link">
              {t('common.auditRow')}
            </Link>
          )}
        </p>
      </div>
    </li>
  )
}
