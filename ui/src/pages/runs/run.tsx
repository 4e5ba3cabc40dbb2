/** One run: how it stands, every step with its tries as a timeline, with what it works, and what people did with it. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { SagaDetail } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t, word } from '@/i18n'
import { shortId } from '@/lib/text'
import { AuditOf } from '@/pages/audit/of'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { Id, When } from '@/parts/values'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { can } from '@/session'
import { By } from '../jobs/by'
import { useRunDeeds } from './deeds'
import { About, RunState } from './list'
import { With } from './values'
import { Steps } from './steps'

const moves = ['running', 'compensating']

export function RunPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const run = useQuery({ ...read<SagaDetail>(`/sagas/${id}`), refetchInterval: (query) => (moves.includes(query.state.data?.state ?? '') ? 2_000 : false) })
  return (
    <Part query={run} lines={10} whole>
      {(data) => <Whole run={data} />}
    </Part>
  )
}

function Whole({ run }: { run: SagaDetail }) {
  const deeds = useRunDeeds(run)
  useActions(deeds)
  const main = run.state === 'needs_attention' || run.state === 'failed' ? 'retry' : undefined
  return (
    <RecordPage
      header={
        <RecordHeader
          up={{ to: paths.runs, label: t('runs.title') }}
          title={word('runKind', run.kind)}
          marks={
            <>
              <RunState value={run.state} />
              <About saga={run} />
              <Id id={run.id} kind="run" />
            </>
          }
          actions={deeds.map((deed) => (
            <Button key={deed.id} refuse={deed.refuse} look={deed.id === main ? 'primary' : 'plain'} onClick={deed.run}>
              {deed.label}
            </Button>
          ))}
        />
      }
      side={can('read:audit') ? <AuditOf id={run.id} title={t('runs.history')} empty={t('runs.noHistory')} /> : null}
    >
      <Standing run={run} />
      <Section title={t('runs.steps')}>
        <Steps steps={run.steps} undoing={run.undoing} />
      </Section>
      <Section title={t('jobs.facts')}>
        <Facts
          rows={[
            [t('runs.about'), <About key="a" saga={run} />],
            [t('jobs.by'), <By key="b" id={run.createdBy} />],
            [t('runs.begun'), <When key="c" at={run.createdAt} />],
            [t('runs.moved'), <When key="u" at={run.updatedAt} />],
            [t('runs.over'), run.finishedAt && <When key="f" at={run.finishedAt} />],
            [t('runs.againOf'), run.againOf && <Link key="o" to={paths.run(run.againOf)} className="link">{shortId(run.againOf, 'run')}</Link>],
          ]}
        />
      </Section>
      <Section title={t('jobs.data')}>
        <With data={run.data} />
      </Section>
    </RecordPage>
  )
}

/** Why it stands where it stands, in the words of what refused, and what that asks of the reader. */
function Standing({ run }: { run: SagaDetail }) {
  const says = run.state === 'needs_attention' ? t(run.undoing ? 'runs.stuckUndoing' : 'runs.stuckDoing') : run.state === 'failed' ? t('runs.undoneSays') : run.state === 'compensating' ? t('runs.undoingSays') : run.state === 'resolved' ? t('runs.resolvedSays') : ''
  if (!says) return null
  const because = run.state === 'resolved' ? run.note : run.error
  return (
    <div className={`notice${run.state === 'needs_attention' ? ' notice-bad' : ''}`} role="status">
      <p>{says}</p>
      {because && <p className="said">{because}</p>}
    </div>
  )
}
