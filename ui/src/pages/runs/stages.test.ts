import { expect, it } from 'vitest'
import type { SagaStep } from '@/api/shapes'
import { bars, stages } from './stages'

const step = (seq: number, name: string, direction: 'act' | 'undo', from: number, to?: number): SagaStep => ({
  seq,
  name,
  direction,
  state: 'done',
  attempt: 1,
  startedAt: new Date(from).toISOString(),
  ...(to === undefined ? {} : { endedAt: new Date(to).toISOString() }),
})
const run = [step(1, 'pay', 'act', 0, 10), step(2, 'pay', 'act', 20, 40), step(3, 'book', 'act', 40, 60), step(4, 'pay', 'undo', 60, 100)]

it('gathers the tries of a step, and keeps doing and undoing apart', () => {
  expect(stages(run).map(({ name, undo, tries }) => [name, undo, tries.length])).toEqual([
    ['pay', false, 2],
    ['book', false, 1],
    ['pay', true, 1],
  ])
  expect(stages(run)[0]?.last.seq).toBe(2)
})

it('lays the tries out between the first beginning and the last end', () => {
  const lane = bars(run, 1_000)
  expect([lane.from, lane.to]).toEqual([0, 100])
  expect(run.map(lane.of)).toEqual([
    { left: 0, width: 10 },
    { left: 20, width: 20 },
    { left: 40, width: 20 },
    { left: 60, width: 40 },
  ])
})

it('ends one that runs now', () => {
  const open = [step(1, 'pay', 'act', 0, 50), step(2, 'book', 'act', 50)]
  expect(bars(open, 200).of(open[1] as SagaStep)).toEqual({ left: 25, width: 75 })
})
