/** Newsletters: drafts, those that wait for their time, those that are out, and whom they reached. */
import { Link, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { post } from '@/api/client'
import type { Newsletter } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { useActions } from '@/frame/actions'
import { Tabs } from '@/frame/tabs'
import { language, t } from '@/i18n'
import { tongueName } from '@/lib/countries'
import { number } from '@/lib/money'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Id, State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { worded } from '../filters'
import { reached, titleOf, tongues } from './words'

const none = <span className="quiet">–</span>

const newsletters: ListSpec<Newsletter> = {
  area: 'newsletters',
  title: 'news.title',
  path: '/newsletters',
  sort: '-createdAt',
  search: true,
  topic: 'mail',
  // What happens to a newsletter is told under its id, but so is what happens to mails.
  again: 'list',
  name: titleOf,
  to: (row) => paths.newsletter(row.id),
  page: paths.newsletter,
  columns: [
    { id: 'subject', title: 'mails.subject', width: 220, grow: 3, cell: (row) => <Link to={paths.newsletter(row.id)} className="link">{titleOf(row)}</Link> },
    { id: 'state', title: 'mails.state', width: 168, cell: (row) => <State value={row.state} words="newsState" /> },
    { id: 'sent', title: 'news.reached', width: 120, end: true, cell: (row) => (row.total > 0 ? reached(row) : none) },
    { id: 'failed', title: 'news.failed', width: 116, end: true, cell: (row) => (row.failed > 0 ? <span className="may-no num">{number(row.failed)}</span> : none) },
    { id: 'skipped', title: 'news.skipped', width: 110, end: true, drop: 2, cell: (row) => (row.skipped > 0 ? number(row.skipped) : none) },
    { id: 'at', title: 'news.goesOut', width: 132, moment: true, end: true, cell: (row) => <When at={row.startedAt ?? row.sendAt} /> },
    { id: 'by', title: 'news.by', width: 130, drop: 1, cell: (row) => row.sentBy ?? row.createdBy },
    { id: 'when', title: 'news.begun', width: 132, moment: true, end: true, drop: 3, sort: 'createdAt', cell: (row) => <When at={row.createdAt} /> },
    { id: 'id', title: 'mails.id', width: 120, hidden: true, cell: (row) => <Id id={row.id} /> },
  ],
  filters: [{ kind: 'choice', field: 'state', title: 'mails.state', options: () => worded(['draft', 'scheduled', 'sending', 'sent', 'stopped'], 'newsState') }],
  empty: { text: 'news.empty' },
}

export function Newsletters() {
  const [adding, setAdding] = useState(false)
  const lack = lacking('send:newsletter')
  useActions([{ id: 'add', label: t('news.add'), refuse: lack, run: () => setAdding(true) }])
  return (
    <>
      <ListPage
        spec={newsletters}
        above={<Tabs area="mailbox" />}
        actions={
          <Button look="primary" icon={<Plus size={14} />} refuse={lack} onClick={() => setAdding(true)}>
            {t('news.add')}
          </Button>
        }
      />
      {adding && <Add onClose={() => setAdding(false)} />}
    </>
  )
}

function Add({ onClose }: { onClose: () => void }) {
  const go = useNavigate()
  const form = useForm({
    initial: { tongue: language() === 'de' ? 'de' : 'en', subject: '' },
    check: (values) => ({ ...(values.subject.trim() ? {} : { subject: t('common.required') }) }),
    send: (values, key) => post<Newsletter>('/newsletters', { [values.tongue === 'de' ? 'subjectDe' : 'subjectEn']: values.subject.trim() }, key),
    onDone: (made) => void go({ to: paths.newsletter(made.id) }),
  })
  return (
    <FormDialog form={form} title={t('news.add')} lead={t('news.addLead')} deed={t('news.addDeed')} onClose={onClose}>
      <TextField form={form} name="subject" label={t('mails.subject')} max={150} autoFocus />
      <SelectField form={form} name="tongue" label={t('mails.language')} options={tongues.map((value) => ({ value, label: tongueName(value) }))} />
    </FormDialog>
  )
}
