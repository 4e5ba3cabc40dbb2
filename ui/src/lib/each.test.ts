import { describe, expect, it } from 'vitest'
import { each } from './each'

const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`)
const good = (id: string) => ({ id, ok: true, changed: true })

describe('one deed for each of many', () => {
  it('keeps the order, counts what failed, and tells how far it is', async () => {
    const told: number[] = []
    const result = await each(ids, async (id) => (id === 'id-3' ? Promise.reject(new Error('no')) : good(id)), { progress: (done) => told.push(done) })
    expect(result.results.map((one) => one.id)).toEqual(ids)
    expect([result.changed, result.failed]).toEqual([19, 1])
    expect(told).toEqual(ids.map((_, i) => i + 1))
  })
  it('never runs more than six at once', async () => {
    let now = 0
    let most = 0
    await each(ids, async (id) => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      now--
      return good(id)
    })
    expect(most).toBe(6)
  })
  it('begins nothing after it was stopped', async () => {
    const stop = new AbortController()
    let begun = 0
    const result = await each(ids, async (id) => (++begun === 4 && stop.abort(), good(id)), { signal: stop.signal })
    expect(result.changed).toBe(begun)
    expect(begun).toBeLessThan(ids.length)
  })
})
