import { expect, it } from 'vitest'
import type { Cohort } from '@/api/shapes'
import { lines } from './cohorts'

const row = (first: string, month: string, customers: number): Cohort => ({ first, month, customers, amount: { amount: 100 * customers, currency: 'EUR' } })

it('lays out who came back, month by month, up to the newest there is', () => {
  expect(lines([row('2026-01', '2026-01', 10), row('2026-01', '2026-03', 4), row('2026-02', '2026-02', 5), row('2026-03', '2026-03', 2)])).toEqual([
    { first: '2026-01', size: 10, after: [0, 4] },
    { first: '2026-02', size: 5, after: [0] },
    { first: '2026-03', size: 2, after: [] },
  ])
})
