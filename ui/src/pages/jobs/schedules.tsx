/** Regular work: when it is done, by whose time, and not for now where somebody said so. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { patch, read } from '@/api/client'
import type { JobSchedule } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { Tabs } from '@/frame/tabs'
import { t, wordFor } from '@/i18n'
import { cronWords } from '@/lib/cron'
import { IconButton } from '@/parts/button'
import { Menu } from '@/parts/menu'
import { Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Rows } from '@/record/rows'
import { By } from './by'

const aboutOf = (one: JobSchedule) => wordFor('scheduleAbout', one.name) ?? one.about
const nameOf = (one: JobSchedule) => wordFor('jobKind', one.name) ?? one.name

export function Schedules() {
  const client = useQueryClient()
  const schedules = useQuery(read<JobSchedule[]>('/jobs/schedules'))
  const [open, setOpen] = useState<JobSchedule>()
  const lack = lacking('manage:job')
  const change = (one: JobSchedule, body: { paused?: boolean; cron?: null; timeZone?: null }, text: string) =>
    void patch<JobSchedule>(`/jobs/schedules/${one.name}`, body).then(async () => {
      await client.invalidateQueries({ queryKey: ['jobs'] })
      toast({ text })
    }, toastProblem)
  const items = (one: JobSchedule) => [
    { label: t('schedule.change'), refuse: lack, run: () => setOpen(one) },
    { label: t(one.paused ? 'rein.goOn' : 'rein.pause'), refuse: lack, run: () => change(one, { paused: !one.paused }, t(one.paused ? 'rein.isGoing' : 'rein.isPaused', { name: nameOf(one) })) },
    { label: t('schedule.usual'), refuse: lack ?? (one.custom ? undefined : t('schedule.isUsual')), run: () => change(one, { cron: null, timeZone: null }, t('schedule.saved', { name: nameOf(one) })) },
  ]
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('schedule.title')}</h1>
      </header>
      <Tabs area="jobs" />
      <div className="access-body">
        <p className="section-lead">{t('schedule.lead')}</p>
        <Part query={schedules} lines={5}>
          {(rows) => (
            <Rows
              label={t('schedule.title')}
              rows={rows}
              id={(one) => one.name}
              empty="–"
              columns={[
                { id: 'name', title: 'jobs.kind', width: 240, grow: true, cell: (one) => <>{nameOf(one)}<span className="cell-note">{aboutOf(one)}</span></> },
                { id: 'state', title: 'jobs.state', width: 80, cell: (one) => <State value={one.paused ? 'paused' : 'free'} words="scheduleState" /> },
                { id: 'cron', title: 'schedule.cron', width: 150, cell: (one) => <><span title={one.cron}>{cronWords(one.cron) ?? <code>{one.cron}</code>}</span><span className="cell-note">{one.timeZone}</span></> },
                { id: 'next', title: 'schedule.next', width: 100, end: true, cell: (one) => (one.paused ? <span className="quiet">–</span> : <When at={one.next[0]} />) },
                { id: 'last', title: 'schedule.last', width: 90, end: true, cell: (one) => <When at={one.lastAt} /> },
                { id: 'changed', title: 'rein.changed', width: 110, end: true, cell: (one) => (one.changedAt ? <><By id={one.changedBy} /><span className="cell-note"><When at={one.changedAt} /></span></> : <span className="quiet">–</span>) },
                {
                  id: 'deeds',
                  deeds: true,
                  title: 'common.more',
                  width: 36,
                  end: true,
                  cell: (one) => (
                    <Menu
                      items={items(one)}
                      trigger={
                        <IconButton label={`${t('common.more')}: ${nameOf(one)}`} hint={false}>
                          <Ellipsis size={14} />
                        </IconButton>
                      }
                    />
                  ),
                },
              ]}
            />
          )}
        </Part>
      </div>
      {open && (
        <Change
          one={open}
          onClose={() => setOpen(undefined)}
          onDone={(next) => {
            void client.invalidateQueries({ queryKey: ['jobs'] })
            toast({ text: t('schedule.saved', { name: nameOf(next) }) })
            setOpen(undefined)
          }}
        />
      )}
    </div>
  )
}

const zones = () => ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]

function Change({ one, onClose, onDone }: { one: JobSchedule; onClose: () => void; onDone: (next: JobSchedule) => void }) {
  const form = useForm<{ cron: string; timeZone: string }, JobSchedule>({
    initial: { cron: one.cron, timeZone: one.timeZone },
    check: ({ cron }) => (cron.trim().split(/\s+/).length === 5 ? {} : { cron: t('schedule.cronWrong') }),
    send: ({ cron, timeZone }) => patch<JobSchedule>(`/jobs/schedules/${one.name}`, { cron: cron.trim(), timeZone }),
    onDone,
  })
  return (
    <FormDialog form={form} title={t('schedule.changeTitle', { name: nameOf(one) })} lead={aboutOf(one)} deed={t('common.save')} refuse={!form.dirty && t('common.noChange')} onClose={onClose}>
      <TextField form={form} name="cron" label={t('schedule.cron')} hint={t('schedule.cronHint')} max={100} autoFocus />
      <SelectField form={form} name="timeZone" label={t('schedule.zone')} options={[...new Set([one.timeZone, ...zones()])].map((value) => ({ value, label: value.replaceAll('_', ' ') }))} />
    </FormDialog>
  )
}
