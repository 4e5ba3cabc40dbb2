/** One piece of work: what it is, how its tries went, with what it works, and what people did with it. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { read } from '@/api/client'
import type { Job } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t, word, wordFor } from '@/i18n'
import { clock } from '@/lib/time'
import { AuditOf } from '@/pages/audit/of'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { Id, State, When } from '@/parts/values'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { can } from '@/session'
import { Value } from '../runs/values'
import { By } from './by'
import { useJobDeeds } from './deeds'
import { EditJob } from './edit'
import { tries } from './list'

export function JobPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const job = useQuery({ ...read<Job>(`/jobs/${id}`), refetchInterval: (query) => (query.state.data?.state === 'running' ? 3_000 : false) })
  return (
    <Part query={job} lines={8} whole>
      {(data) => <Whole job={data} />}
    </Part>
  )
}

function Whole({ job }: { job: Job }) {
  const [editing, setEditing] = useState(false)
  const deeds = useJobDeeds(job, () => setEditing(true))
  useActions(deeds)
  return (
    <RecordPage
      header={
        <RecordHeader
          up={{ to: paths.jobs, label: t('jobs.title') }}
          title={word('jobKind', job.kind)}
          marks={
            <>
              <State value={job.state} words="jobState" />
              <span>{word('queue', job.queue)}</span>
              <Id id={job.id} kind="job" />
            </>
          }
          actions={deeds.map((deed) => (
            <Button key={deed.id} refuse={deed.refuse} onClick={deed.run}>
              {deed.label}
            </Button>
          ))}
        />
      }
      side={can('read:audit') ? <AuditOf id={job.id} title={t('jobs.history')} empty={t('jobs.noHistory')} /> : null}
    >
      {job.state === 'dead' && <p className="notice notice-bad" role="status">{t('jobs.deadSays')}</p>}
      {job.state === 'pending' && job.lastError && <p className="notice" role="status">{t('jobs.again', { time: clock(Date.parse(job.runAt)) })}</p>}
      {job.lastError && (
        <Section title={t('jobs.error')}>
          <p className="said">{job.lastError}</p>
        </Section>
      )}
      <Section title={t('jobs.facts')}>
        <Facts
          rows={[
            [t('jobs.tries'), tries(job)],
            [t('jobs.progress'), job.state === 'running' && `${job.progress} %`],
            [t('jobs.priority'), word('priority', job.priority)],
            [t('jobs.created'), <When key="c" at={job.createdAt} />],
            [t('jobs.by'), <By key="b" id={job.createdBy} />],
            [t('jobs.due'), job.state === 'pending' && <When key="d" at={job.runAt} />],
            [t('jobs.started'), job.startedAt && <When key="s" at={job.startedAt} />],
            [t('jobs.finished'), job.finishedAt && <When key="f" at={job.finishedAt} />],
            [t('jobs.uniqueKey'), job.uniqueKey && <Value key="u" name="key" value={job.uniqueKey} />],
            [t('jobs.retriedBy'), job.retries > 0 && <By key="r" id={job.retriedBy} />],
            [t('jobs.retries'), job.retries > 0 && <span key="n">{t('jobs.retriedTimes', { n: job.retries })}, <When at={job.retriedAt} /></span>],
          ]}
        />
      </Section>
      <With job={job} />
      {editing && <EditJob job={job} onClose={() => setEditing(false)} />}
    </RecordPage>
  )
}

/** Ids and plain facts, as the engine keeps them. */
function With({ job }: { job: Job }) {
  const facts = Object.entries((job.data ?? {}) as Record<string, unknown>)
  const of = (name: string) => facts.find(([each]) => each === name)?.[1]
  const [mail, saga] = [of('mail'), of('saga')]
  return (
    <Section title={t('jobs.data')} actions={typeof mail === 'string' && can('read:mail') ? <ButtonLink small to={paths.mail(mail)}>{t('jobs.openMail')}</ButtonLink> : typeof saga === 'string' && <ButtonLink small to={paths.run(saga)}>{t('jobs.openRun')}</ButtonLink>}>
      {facts.length === 0 ? <p className="quiet">{t('jobs.noData')}</p> : <Facts rows={facts.map(([name, value]) => [wordFor('fact', name) ?? word('thing', name), <Value key={name} name={name} value={value} />])} />}
    </Section>
  )
}
