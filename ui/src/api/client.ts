/**
 * Typed words over `send`. A read is a query whose key is its path's segments and its parameters, so that whatever
 * changed can be named by its beginning: `['orders']`, `['orders', id]`.
 */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { problemFrom } from './problem'
import { send } from './send'
import type { Meta, Reply } from './shapes'

export type Params = Record<string, string | number | boolean | null | undefined>
type Options = { params?: Params; body?: unknown; version?: number; key?: string; signal?: AbortSignal }

export const withParams = (path: string, params: Params = {}) => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  const text = query.toString()
  return text ? `${path}?${text}` : path
}
/** Paths are written without their prefix; the shell's own begin with /shell/ and stay as they are. */
export const full = (path: string) => (path.startsWith('/shell/') || path.startsWith('/health') ? path : `/api/v1${path}`)

export async function request<T>(method: string, path: string, options: Options = {}): Promise<Reply<T>> {
  const headers: Record<string, string> = { accept: 'application/json' }
  const form = options.body instanceof FormData ? options.body : undefined
  if (options.body !== undefined && !form) headers['content-type'] = 'application/json'
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`
  if (options.key) headers['idempotency-key'] = options.key
  const response = await send({
    method,
    path: withParams(full(path), options.params),
    headers,
    ...(options.body === undefined ? {} : { body: form ?? JSON.stringify(options.body) }),
    ...(options.signal ? { signal: options.signal } : {}),
  })
  if (!response.ok) throw await problemFrom(response)
  if (response.status === 204) return { data: undefined as T, meta: { requestId: response.headers.get('x-request-id') ?? '', timestamp: '' } }
  return (await response.json()) as Reply<T>
}

export const get = async <T>(path: string, params?: Params, signal?: AbortSignal) =>
  (await request<T>('GET', path, { ...(params ? { params } : {}), ...(signal ? { signal } : {}) })).data
/** `key` makes a repeated POST one deed: pass the same key for the same intent (`useForm` does). */
export const post = async <T>(path: string, body?: unknown, key?: string) =>
  (await request<T>('POST', path, { ...(body === undefined ? {} : { body }), ...(key ? { key } : {}) })).data
export const patch = async <T>(path: string, body: unknown, version?: number) =>
  (await request<T>('PATCH', path, { body, ...(version === undefined ? {} : { version }) })).data
export const remove = async <T>(path: string) => (await request<T>('DELETE', path)).data

const segments = (path: string) => path.split('/').filter(Boolean)

/** One record or one figure. */
export const read = <T>(path: string, params: Params = {}) =>
  queryOptions({ queryKey: [...segments(path), params], queryFn: ({ signal }) => get<T>(path, params, signal) })

export type Page<T> = { rows: T[]; meta: Meta; at: number }
export const PAGE = 100

/** A keyset list: the first page carries the total, the next ones only a cursor. */
export const list = <T>(path: string, params: Params = {}, limit = PAGE) =>
  infiniteQueryOptions({
    queryKey: [...segments(path), 'list', params],
    initialPageParam: '',
    queryFn: async ({ pageParam, signal }): Promise<Page<T>> => {
      const reply = await request<T[]>('GET', path, { params: { limit, ...params, cursor: pageParam }, signal })
      return { rows: reply.data, meta: reply.meta, at: Date.now() }
    },
    getNextPageParam: (last) => (last.meta.hasMore && last.meta.nextCursor ? last.meta.nextCursor : undefined),
  })
