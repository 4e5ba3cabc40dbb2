import { expect, it } from 'vitest'
import { ago, when } from './time'

const now = Date.parse('2026-03-10T12:00:00Z')
it('is relative within a day and absolute after', () => {
  expect(ago(now - 500, now)).toBe('just now')
  expect(ago(now + 20_000, now)).toBe('just now')
  expect(ago(now - 4 * 60_000, now)).toMatch(/^4 min/)
  expect(when(new Date(now - 23 * 3_600_000).toISOString(), now)).toMatch(/^23 h/)
  expect(when('2026-03-08T12:00:00Z', now)).toMatch(/8 Mar/)
  expect(when('2024-03-08T12:00:00Z', now)).toMatch(/2024/)
  expect(when('nonsense', now)).toBe('nonsense')
})
