import { describe, expect, it } from 'vitest'
import { asProblem, fieldErrors, Problem, problemFrom } from './problem'

const reply = (status: number, body: string, headers: Record<string, string> = {}) => new Response(body, { status, headers })

describe('problem', () => {
  it('reads the engine’s own words', async () => {
    const problem = await problemFrom(reply(412, JSON.stringify({ title: 'Stale', detail: 'Version 3 is not 4', code: 'stale_version', requestId: 'r1', errors: [] })))
    expect([problem.status, problem.code, problem.detail, problem.requestId, problem.stale]).toEqual([412, 'stale_version', 'Version 3 is not 4', 'r1', true])
  })
  it('survives a reply that is not JSON and keeps its request id', async () => {
    const problem = await problemFrom(reply(502, '<html>bad gateway</html>', { 'x-request-id': 'r2', 'retry-after': '7' }))
    expect([problem.code, problem.requestId, problem.retryAfter, problem.errors]).toEqual(['http_502', 'r2', 7, []])
  })
  it('calls a lost connection by its name', () => {
    expect(asProblem(new TypeError('failed')).offline).toBe(true)
    expect(asProblem(new Problem(404, {})).missing).toBe(true)
  })
  it('puts errors beside the fields they name and keeps the rest', () => {
    const problem = new Problem(400, {
      errors: [
        { field: 'email', code: 'taken', message: 'This e-mail is taken.' },
        { field: 'email', code: 'long', message: 'Second.' },
        { field: '/shippingAddress/city', code: 'required', message: 'A city is needed.' },
        { field: 'items[0].quantity', code: 'range', message: 'At least 1.' },
        { field: '', code: 'x', message: 'Something else.' },
      ],
    })
    expect(fieldErrors(problem, ['email', 'shippingAddress.city', 'items'])).toEqual({
      fields: { email: 'This e-mail is taken.', 'shippingAddress.city': 'A city is needed.', items: 'At least 1.' },
      rest: ['Something else.'],
    })
  })
})
