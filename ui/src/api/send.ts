/**
 * The page's only door to the backend: in process on the desktop, fetch in a browser.
 * In a browser the access token lives in this module's memory and nowhere else; the refresh token is a cookie the page
 * cannot read. On the desktop neither ever reaches the page.
 */
import { isDesktop } from '@/shell'
import { multipart } from './multipart'
import { Problem, problemFrom } from './problem'
import type { Me, Reply, SignedIn } from './shapes'

export type Outgoing = {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Blob | FormData
  signal?: AbortSignal
}

let bearer: string | undefined
let lapsed: () => void = () => undefined
let shut: (code: string) => void = () => undefined
let prove: (() => Promise<boolean>) | undefined

/** Called when nobody is signed in any more, so that the page can go to the sign-in. */
export const onLapsed = (then: () => void) => {
  lapsed = then
}
/** Called when the whole business is shut, with the engine's code for it. */
export const onShut = (then: (code: string) => void) => {
  shut = then
}
const SHUT = ['tenant_suspended', 'tenant_closing']
/** Who asks for a fresh code when the engine wants one; answers whether it was given. */
export const onStepUp = (ask: (() => Promise<boolean>) | undefined) => {
  prove = ask
}
export const hold = (signedIn: SignedIn) => {
  bearer = signedIn.accessToken
}
export const drop = () => {
  bearer = undefined
}

async function viaFetch(request: Outgoing): Promise<Response> {
  const headers = new Headers(request.headers)
  if (bearer) headers.set('authorization', `Bearer ${bearer}`)
  try {
    return await fetch(request.path, {
      method: request.method,
      headers,
      body: request.body ?? null,
      signal: request.signal ?? null,
      credentials: 'same-origin',
      cache: 'no-store',
      // A refresh goes on when the page is left: its answer carries the only token that still counts.
      keepalive: request.path.endsWith('/auth/refresh'),
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0, { code: 'unreachable', detail: 'No answer came. Check that Purser is running, then try again.' })
  }
}

/**
 * One command, bytes both ways. Request: the body is the raw payload, the head travels in the headers `x-method`, `x-path`,
 * `x-headers` (JSON object). Reply: 4 bytes big-endian length, that many bytes of JSON `{status, headers: [[name, value]]}`, the body.
 */
async function viaIpc(request: Outgoing): Promise<Response> {
  const { invoke } = await import('@tauri-apps/api/core')
  const headers = { ...request.headers }
  const { type, bytes: payload } = await packed(request.body)
  if (type && !('content-type' in headers)) headers['content-type'] = type
  let raw: ArrayBuffer
  try {
    raw = await invoke<ArrayBuffer>('api', payload, {
      headers: { 'x-method': request.method, 'x-path': request.path, 'x-headers': JSON.stringify(headers) },
    })
  } catch (error) {
    throw new Problem(0, { code: 'unreachable', detail: String(error) })
  }
  request.signal?.throwIfAborted()
  return unpack(raw)
}

async function packed(body: Outgoing['body']): Promise<{ type?: string; bytes: Uint8Array<ArrayBuffer> }> {
  if (body === undefined) return { bytes: new Uint8Array() }
  if (body instanceof FormData) return multipart(body)
  if (typeof body === 'string') return { bytes: new TextEncoder().encode(body) }
  return { type: body.type, bytes: new Uint8Array(await body.arrayBuffer()) }
}

export function unpack(raw: ArrayBuffer): Response {
  const length = new DataView(raw).getUint32(0)
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(raw, 4, length))) as { status: number; headers: [string, string][] }
  const empty = head.status === 204 || head.status === 304
  return new Response(empty ? null : raw.slice(4 + length), { status: head.status, headers: head.headers })
}

const door = isDesktop ? viaIpc : viaFetch

const codeOf = async (response: Response): Promise<unknown> => {
  try {
    return ((await response.clone().json()) as { code?: unknown }).code
  } catch {
    return undefined
  }
}

/** At the door it is one more reason not to get in; inside it is the end of everything. */
const noticeShut = (path: string, code: unknown) => {
  if (typeof code === 'string' && SHUT.includes(code) && !/\/auth\/(login|challenge|passkey|break-glass|providers\/finish)|\/shell\/v1\/sign-in/.test(path)) shut(code)
}

/**
 * Sends; where the engine wants a second factor proved first, asks for it and sends the very same again, with its
 * Idempotency-Key. Whoever called never notices, unless the person changed their mind.
 */
export async function send(request: Outgoing): Promise<Response> {
  const response = await authorised(request)
  if (response.status !== 403) return response
  const code = await codeOf(response)
  if (bearer || isDesktop) noticeShut(request.path, code)
  if (!prove || code !== 'step_up_required') return response
  return (await prove()) ? authorised(request) : response
}

/** Sends once; on a lapsed access token refreshes it and sends again. */
async function authorised(request: Outgoing): Promise<Response> {
  const used = bearer
  const response = await door(request)
  if (response.status !== 401 || /\/auth\/(login|refresh|challenge|passkey|break-glass|providers\/finish)/.test(request.path)) return response
  if (isDesktop) {
    lapsed()
    return response
  }
  const again = bearer !== used || (await refresh())
  if (!again) {
    lapsed()
    return response
  }
  return door(request)
}

/** One refresh at a time across all tabs: the refresh token rotates, and a second use of the old one would end every session. */
export async function refresh(): Promise<Me | undefined> {
  if (isDesktop) return whoAmI()
  const before = bearer
  return navigator.locks.request('purser.refresh', async () => {
    if (bearer !== before) return whoAmI()
    const response = await viaFetch({ method: 'POST', path: '/api/v1/auth/refresh', headers: { 'content-type': 'application/json' }, body: '{}' })
    // An engine that cannot answer now has not ended the session.
    if (response.status >= 500 || response.status === 429) throw await problemFrom(response)
    if (!response.ok) {
      noticeShut('', await codeOf(response))
      bearer = undefined
      return undefined
    }
    const reply = (await response.json()) as Reply<SignedIn>
    bearer = reply.data.accessToken
    return reply.data.user
  })
}

async function whoAmI(): Promise<Me | undefined> {
  const response = await door({ method: 'GET', path: '/api/v1/auth/me' })
  return response.ok ? ((await response.json()) as Reply<Me>).data : undefined
}
