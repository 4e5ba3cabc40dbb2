/** Tries of steps as a person follows them: one stage for all tries of a step in one direction, in the order they were begun. */
import type { SagaStep } from '@/api/shapes'

export type Stage = { key: string; name: string; undo: boolean; tries: SagaStep[]; last: SagaStep }

export function stages(steps: SagaStep[]): Stage[] {
  const found: Stage[] = []
  for (const step of steps) {
    const undo = step.direction === 'undo'
    const before = found.at(-1)
    if (before?.name === step.name && before.undo === undo) {
      before.tries.push(step)
      before.last = step
    } else found.push({ key: String(step.seq), name: step.name, undo, tries: [step], last: step })
  }
  return found
}

export type Bar = { left: number; width: number }
/** Where each try lies between the first beginning and the last end, in per cent; one that runs ends now. */
export function bars(steps: SagaStep[], now: number): { from: number; to: number; of: (step: SagaStep) => Bar } {
  const begun = (step: SagaStep) => Date.parse(step.startedAt)
  const ended = (step: SagaStep) => (step.endedAt ? Date.parse(step.endedAt) : Math.max(now, begun(step)))
  const from = Math.min(...steps.map(begun))
  const to = Math.max(...steps.map(ended))
  const whole = Math.max(1, to - from)
  return { from, to, of: (step) => ({ left: ((begun(step) - from) / whole) * 100, width: ((ended(step) - begun(step)) / whole) * 100 }) }
}
