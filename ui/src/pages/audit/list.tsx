/** Who did what: the log as it was written, and the proof that it still is. */
import { Link } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { get } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { AuditRow, User } from '@/api/shapes'
import { t, word } from '@/i18n'
import { en } from '@/i18n/en'
import { download } from '@/lib/download'
import { isoDay } from '@/lib/time'
import { paths, subjectPath } from '@/paths'
import { Button } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { toast, toastProblem } from '@/parts/toasts'
import { When } from '@/parts/values'
import { can } from '@/session'
import { findPeople } from '@/pages/filters'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { AuditPeek } from './line'
import { Verify } from './verify'

export function SubjectLink({ row, look = 'quiet-link' }: { row: AuditRow; look?: 'link' | 'quiet-link' }) {
  const to = row.subject.id ? subjectPath(row.subject) : undefined
  return to ? <Link to={to} className={look}>{row.subject.label}</Link> : row.subject.label
}
export function ActorLink({ row, look = 'quiet-link' }: { row: AuditRow; look?: 'link' | 'quiet-link' }) {
  if (row.actor.kind === 'user' && row.actor.id) return <PersonLink id={row.actor.id} look={look}>{row.actor.name}</PersonLink>
  return <span className="quiet">{row.actor.name}</span>
}

const labelOf = async (id: string) => (await get<AuditRow[]>('/audit', { subjectId: id, limit: 1 }))[0]?.subject.label ?? id

const audit: ListSpec<AuditRow> = {
  area: 'audit',
  title: 'audit.title',
  path: '/audit',
  sort: '-seq',
  search: true,
  again: false,
  name: (row) => t('audit.lineTitle', { n: row.seq }),
  to: (row) => paths.auditLine(row.id),
  columns: [
    { id: 'seq', title: 'audit.seq', width: 84, end: true, sort: 'seq', cell: (row) => <Link to={paths.auditLine(row.id)} className="link num">{row.seq}</Link> },
    { id: 'when', title: 'audit.when', width: 128, moment: true, cell: (row) => <When at={row.at} /> },
    { id: 'actor', title: 'audit.actor', width: 150, cell: (row) => <ActorLink row={row} /> },
    { id: 'action', title: 'audit.action', width: 210, grow: 1, cell: (row) => word('deed', row.action) },
    { id: 'kind', title: 'audit.subjectType', width: 104, drop: 2, cell: (row) => word('thing', row.subject.type) },
    { id: 'subject', title: 'audit.subject', width: 150, grow: 1, cell: (row) => <SubjectLink row={row} /> },
    { id: 'reason', title: 'audit.reason', width: 150, drop: 1, grow: 2, cell: (row) => row.reason ?? <span className="quiet">–</span> },
    { id: 'ip', title: 'audit.ip', width: 130, hidden: true, cell: (row) => <code>{row.ip ?? '–'}</code> },
  ],
  filters: [
    { kind: 'record', field: 'actorId', title: 'audit.actor', right: 'read:user', find: findPeople, name: async (id) => (await get<User>(`/users/${id}`)).name },
    { kind: 'choice', field: 'action', title: 'audit.action', options: () => Object.keys(en.deed).map((value) => ({ value, label: word('deed', value) })) },
    { kind: 'choice', field: 'subjectType', title: 'audit.subjectType', options: () => Object.keys(en.thing).map((value) => ({ value, label: word('thing', value) })) },
    { kind: 'record', field: 'subjectId', title: 'audit.oneSubject', right: 'read:user', find: findPeople, name: labelOf },
    { kind: 'dates', field: 'from', title: 'audit.when' },
  ],
  empty: { text: 'audit.empty' },
}

export const Audit = () => <ListPage spec={audit} peek={(id) => <AuditPeek id={id} />} above={can('read:audit') && <Verify />} actions={can('export:audit') && <ExportAll />} />

function ExportAll() {
  const [busy, setBusy] = useState(false)
  const save = () => {
    setBusy(true)
    download('/audit/export', `audit-${isoDay(new Date())}.ndjson`)
      .then((name) => name && toast({ text: t('audit.exported', { name }) }))
      .catch((error: unknown) => asProblem(error).code !== 'aborted' && toastProblem(error))
      .finally(() => setBusy(false))
  }
  return (
    <Button icon={<Download size={14} />} busy={busy} onClick={save} title={t('audit.exportHint')}>
      {t('audit.export')}
    </Button>
  )
}
