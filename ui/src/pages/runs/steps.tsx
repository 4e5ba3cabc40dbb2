/** The steps of a run as a timeline: each try on one scale of time, what was undone below what was done, in the order it happened. */
import { Check, CircleAlert, CircleDashed, Undo2, X, type LucideIcon } from 'lucide-react'
import type { SagaStep } from '@/api/shapes'
import { t, word, wordFor } from '@/i18n'
import { useNow } from '@/lib/tick'
import { clockExact as clock, exactly, span } from '@/lib/time'
import { State } from '@/parts/values'
import { bars, stages, type Stage } from './stages'
import { With } from './values'

const icons: Record<SagaStep['state'], LucideIcon> = { running: CircleDashed, done: Check, failed: CircleAlert, refused: X }
const tones: Record<SagaStep['state'], 'info' | 'ok' | 'warn' | 'bad'> = { running: 'info', done: 'ok', failed: 'warn', refused: 'bad' }
const nameOf = ({ name, undo }: Stage) => (undo ? (wordFor('runUndo', name) ?? t('runs.undoOf', { step: word('runStep', name) })) : word('runStep', name))
const took = (step: SagaStep) => (step.endedAt ? span(Date.parse(step.endedAt) - Date.parse(step.startedAt)) : t('runs.still'))

export function Steps({ steps, undoing }: { steps: SagaStep[]; undoing: boolean }) {
  const now = useNow(2_000)
  if (steps.length === 0) return <p className="quiet">{t('runs.noSteps')}</p>
  const lane = bars(steps, now)
  const found = stages(steps)
  const turn = undoing ? found.findIndex((stage) => stage.undo) : -1
  return (
    <div className="run">
      <p className="run-scale" aria-hidden>
        <span>{clock(lane.from)}</span>
        <span>{span(lane.to - lane.from)}</span>
      </p>
      <ol className="run-stages">
        {found.map((stage, i) => (
          <li key={stage.key} className={`run-stage${stage.undo ? ' run-undo' : ''}`}>
            {i === turn && <p className="run-turn">{t('runs.turn')}</p>}
            <StageLine stage={stage} lane={lane.of} />
          </li>
        ))}
      </ol>
    </div>
  )
}

function StageLine({ stage, lane }: { stage: Stage; lane: ReturnType<typeof bars>['of'] }) {
  const { last, tries, undo } = stage
  const Icon = undo && last.state === 'done' ? Undo2 : icons[last.state]
  const output = Object.keys((last.output ?? {}) as object).length > 0
  return (
    <>
      <div className="run-line">
        <span className={`run-icon tone-${tones[last.state]}`} aria-hidden>
          <Icon size={13} />
        </span>
        <div className="run-what">
          <span className="run-name">{nameOf(stage)}</span>
          <State value={undo && last.state === 'done' ? 'undone' : last.state} words="stepState" tone={tones[last.state]} />
          {tries.length > 1 && <span className="quiet">{t('runs.tries', { n: tries.length })}</span>}
        </div>
        <span className="run-lane" aria-hidden>
          {tries.map((step) => {
            const { left, width } = lane(step)
            return <span key={step.seq} className={`run-bar tone-${tones[step.state]}`} style={{ left: `${left}%`, width: `${width}%` }} title={exactly(step.startedAt)} />
          })}
        </span>
        <span className="run-took num">{took(last)}</span>
      </div>
      {last.error && <p className="run-error">{last.error}</p>}
      {(tries.length > 1 || output) && (
        <details className="run-more">
          <summary>{t(tries.length > 1 ? 'runs.allTries' : 'runs.output')}</summary>
          {tries.length > 1 && (
            <ol className="run-tries">
              {tries.map((step) => (
                <li key={step.seq}>
                  <span className="num">{t('runs.tryAt', { n: step.attempt, time: clock(Date.parse(step.startedAt)) })}</span> <State value={step.state} words="stepState" tone={tones[step.state]} /> <span className="quiet num">{took(step)}</span>
                  {step.error && <span className="cell-note">{step.error}</span>}
                </li>
              ))}
            </ol>
          )}
          {output && <With data={last.output} />}
        </details>
      )}
    </>
  )
}
