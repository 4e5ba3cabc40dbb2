/** Every mail Purser wrote, and what became of it. Without a mail server they stay here and go to nobody, and the page says so. */
import { Link } from '@tanstack/react-router'
import { Inbox } from 'lucide-react'
import { get } from '@/api/client'
import type { Mail, User } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { tongueName } from '@/lib/countries'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { Id, State, When } from '@/parts/values'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { findPeople, worded } from '../filters'
import { useMailStays } from './stays'

/** What the built-in mailbox took was kept, not sent. */
export const standing = (mail: Mail) => (mail.state === 'sent' && mail.provider === 'mailbox' ? 'kept' : mail.state)

const mails: ListSpec<Mail> = {
  area: 'mailbox',
  title: 'mails.title',
  path: '/mailbox',
  sort: '-createdAt',
  search: true,
  topic: 'mail',
  // Reading one whole may leave a line in the log.
  again: 'list',
  name: (mail) => mail.subject,
  to: (mail) => paths.mail(mail.id),
  page: paths.mail,
  columns: [
    { id: 'subject', title: 'mails.subject', width: 200, grow: 3, cell: (mail) => <Link to={paths.mail(mail.id)} className="link">{mail.subject}</Link> },
    { id: 'to', title: 'mails.to', width: 170, grow: 2, cell: (mail) => (mail.userId ? <PersonLink id={mail.userId}>{mail.name}</PersonLink> : mail.name) },
    { id: 'address', title: 'people.email', width: 190, drop: 1, grow: 2, hidden: true, cell: (mail) => mail.address },
    { id: 'about', title: 'mails.about', width: 190, drop: 2, cell: (mail) => word('template', mail.template) },
    { id: 'state', title: 'mails.state', width: 136, cell: (mail) => <State value={standing(mail)} words="mailState" /> },
    { id: 'when', title: 'mails.when', width: 132, moment: true, end: true, sort: 'createdAt', cell: (mail) => <When at={mail.createdAt} /> },
    { id: 'sent', title: 'mails.sent', width: 132, moment: true, end: true, hidden: true, cell: (mail) => <When at={mail.sentAt} /> },
    { id: 'language', title: 'mails.language', width: 110, hidden: true, cell: (mail) => tongueName(mail.language) },
    { id: 'error', title: 'mails.error', width: 200, hidden: true, cell: (mail) => mail.error },
    { id: 'id', title: 'mails.id', width: 120, hidden: true, cell: (mail) => <Id id={mail.id} kind="mail" /> },
  ],
  filters: [
    { kind: 'choice', field: 'state', title: 'mails.state', options: () => worded(['queued', 'sent', 'failed'], 'mailState') },
    { kind: 'choice', field: 'template', title: 'mails.about', options: () => worded(['invitation', 'verification', 'welcome', 'password_reset', 'password_changed', 'sign_in_code', 'new_device', 'offer', 'order_confirmed', 'order_shipped', 'order_delivered', 'order_cancelled', 'order_refunded', 'staff_notice', 'weekly_report', 'account_notice'], 'template') },
    { kind: 'record', field: 'userId', title: 'mails.person', right: 'read:user', find: findPeople, name: async (id) => (await get<User>(`/users/${id}`)).name },
    { kind: 'dates', field: 'from', title: 'mails.when' },
  ],
  empty: { text: 'mails.empty' },
}

export const Mailbox = () => (
  <ListPage spec={mails} above={
      <>
        <Tabs area="mailbox" />
        <WhereTo />
      </>
    } actions={can('read:job') && <ButtonLink to={filtered(paths.jobs, { queue: 'mail' })}>{t('mails.jobs')}</ButtonLink>} />
)

/** Whether anything goes out at all. */
function WhereTo() {
  if (!useMailStays()) return null
  return (
    <div className="list-above">
      <p className="notice notice-line">
        <Inbox size={14} aria-hidden />
        <span>
          <strong>{t('mails.staysHere')}</strong> {t('mails.staysText')}
        </span>
      </p>
    </div>
  )
}
