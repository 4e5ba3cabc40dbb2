import { afterEach, describe, expect, it, vi } from 'vitest'
import { onStepUp, send } from './send'

const refused = () => new Response(JSON.stringify({ code: 'step_up_required' }), { status: 403 })
const done = () => new Response('{}', { status: 200 })
const deed = { method: 'POST', path: '/api/v1/payments/1/refund', headers: { 'idempotency-key': 'k1' }, body: '{"amount":5}' }

describe('a request that needs a fresh code', () => {
  const fetched = vi.fn<typeof fetch>()
  vi.stubGlobal('fetch', fetched)
  afterEach(() => {
    fetched.mockReset()
    onStepUp(undefined)
  })
  const sent = () => fetched.mock.calls.map(([path, init]) => [path, init?.method, new Headers(init?.headers).get('idempotency-key'), init?.body])

  it('is sent again unchanged once the code is given', async () => {
    fetched.mockResolvedValueOnce(refused()).mockResolvedValueOnce(done())
    const ask = vi.fn(async () => true)
    onStepUp(ask)
    expect((await send(deed)).status).toBe(200)
    expect(ask).toHaveBeenCalledTimes(1)
    expect(sent()).toHaveLength(2)
    expect(sent()[1]).toEqual(sent()[0])
    expect(sent()[0]?.[2]).toBe('k1')
  })

  it('stays refused, with its words, when no code is given', async () => {
    fetched.mockResolvedValueOnce(refused())
    onStepUp(async () => false)
    const response = await send(deed)
    expect([response.status, await response.json()]).toEqual([403, { code: 'step_up_required' }])
    expect(fetched).toHaveBeenCalledTimes(1)
  })

  it('asks once, even if the engine refuses again', async () => {
    fetched.mockResolvedValueOnce(refused()).mockResolvedValueOnce(refused())
    const ask = vi.fn(async () => true)
    onStepUp(ask)
    expect((await send(deed)).status).toBe(403)
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it('asks nothing for another refusal', async () => {
    fetched.mockResolvedValueOnce(new Response(JSON.stringify({ code: 'forbidden' }), { status: 403 }))
    const ask = vi.fn(async () => true)
    onStepUp(ask)
    expect((await send(deed)).status).toBe(403)
    expect(ask).not.toHaveBeenCalled()
  })
})
