import { expect, it } from 'vitest'
import { apart, endAfter, lastDay, monthBefore } from './months'

it('a period ends with the midnight after its last day', () => {
  expect(endAfter('2026-10-31')).toBe('2026-11-01T00:00:00.000Z')
  expect(lastDay('2026-11-01T00:00:00Z')).toBe(new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.UTC(2026, 9, 31)))
  expect(lastDay('2026-11-01T09:30:00Z')).toContain('1 Nov')
})

it('the month before this one, also across a year', () => {
  expect(monthBefore(Date.UTC(2026, 10, 21))).toBe('2026-10-31')
  expect(monthBefore(Date.UTC(2026, 0, 5))).toBe('2025-12-31')
  expect(monthBefore(Date.UTC(2024, 2, 1))).toBe('2024-02-29')
})

it('months between two', () => {
  expect([apart('2026-01', '2026-01'), apart('2025-11', '2026-02'), apart('2026-03', '2026-01')]).toEqual([0, 3, -2])
})
