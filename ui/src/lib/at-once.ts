/** A change that is shown before the engine has answered, wherever the record stands, and taken back where it was refused. */
import type { Query, QueryClient } from '@tanstack/react-query'
import { asProblem } from '@/api/problem'
import { t } from '@/i18n'
import { toast, toastProblem } from '@/parts/toasts'

type Values = Record<string, unknown>
type Row = { id: string } & Values
const isRow = (value: unknown, id: string): value is Row => typeof value === 'object' && value !== null && (value as Row).id === id

/** By what they say: a cache keeps copies. */
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** Of records without a version nobody can tell. */
export const older = (one: object, other: object) => Number((one as Values).version) < Number((other as Values).version)

/** `data` of a query with every showing of the record turned: a record, a short list, or the pages of a long one. */
export function turned(data: unknown, id: string, turn: (row: Row) => Row): unknown {
  if (isRow(data, id)) return turn(data)
  if (Array.isArray(data)) return data.some((row) => isRow(row, id)) ? data.map((row: unknown) => (isRow(row, id) ? turn(row) : row)) : data
  const pages = (data as { pages?: { rows?: unknown }[] } | undefined)?.pages
  if (!Array.isArray(pages)) return data
  return { ...(data as object), pages: pages.map((page) => (Array.isArray(page.rows) ? { ...page, rows: turned(page.rows, id, turn) } : page)) }
}

/** A record with changes under way: these, the oldest first, and what the engine last said of the fields they change. */
type Under = { root: string; id: string; changes: Values[]; said: Values }
const changed = ({ changes }: Under): Values => Object.assign({}, ...changes) as Values

const watched = new WeakMap<QueryClient, { records: Set<Under>; stop: () => void }>()
let writing = false
/** Puts what is to be shown into the cache, which is no reading. */
export function write(how: () => unknown) {
  writing = true
  try {
    how()
  } finally {
    writing = false
  }
}
/** Hears of everything that was read, by whomever and for whatever reason, until it is stopped. */
export const onRead = (client: QueryClient, hear: (query: Query) => void) =>
  client.getQueryCache().subscribe((event) => {
    if (!writing && event.type === 'updated' && event.action.type === 'success') hear(event.query)
  })

/**
 * Keeps what the engine says. A row that is no newer may be one of our own, for a page that is read takes along the pages before it:
 * of such a one, what we show ourselves is not the engine's word.
 */
function learn({ changes, said }: Under, row: Row, names: string[]) {
  if (older(row, said)) return
  const newer = older(said, row)
  if ('version' in row) said.version = row.version
  const ours = (name: string) => changes.some((change) => name in change && same(change[name], row[name]))
  for (const name of names) if (name in row && (newer || !ours(name))) said[name] = row[name]
}

/** Whatever is read while a change is under way is shown with the change in it. */
function cover(record: Under, query: Query) {
  const change = changed(record)
  let bare = false
  const data = turned(query.state.data, record.id, (row) => {
    learn(record, row, Object.keys(change))
    const whole = { ...row, ...change }
    bare ||= !same(row, whole)
    return whole
  })
  if (bare) write(() => query.setData(data, { manual: true, updatedAt: query.state.dataUpdatedAt }))
}

function watch(client: QueryClient) {
  const records = new Set<Under>()
  const stop = onRead(client, (query) => {
    for (const record of records) if (query.queryKey[0] === record.root) cover(record, query)
  })
  const made = { records, stop }
  watched.set(client, made)
  return made
}

type Change = { root: string; id: string; change: Values }

const put = (client: QueryClient, { root, id }: Under, turn: (row: Row) => Row) => write(() => client.setQueriesData({ queryKey: [root] }, (data: unknown) => turned(data, id, turn)))

function begin(client: QueryClient, { root, id, change }: Change) {
  const { records } = watched.get(client) ?? watch(client)
  const record = [...records].find((one) => one.root === root && one.id === id) ?? { root, id, changes: [], said: {} }
  records.add(record)
  const names = Object.keys(change)
  // Before it is one of those under way: what stands there now is what the engine said.
  for (const [, data] of client.getQueriesData({ queryKey: [root] })) turned(data, id, (row) => (learn(record, row, names), row))
  record.changes.push(change)
  put(client, record, (row) => ({ ...row, ...change }))
  return record
}

/** The change is no longer under way: `instead` takes its place, below what is. */
function end(client: QueryClient, record: Under, change: Values, instead: Values) {
  record.changes.splice(record.changes.indexOf(change), 1)
  Object.assign(record.said, instead)
  put(client, record, (row) => ({ ...row, ...instead, ...changed(record) }))
  if (record.changes.length > 0) return
  const held = watched.get(client)
  held?.records.delete(record)
  if (held?.records.size !== 0) return
  held.stop()
  watched.delete(client)
}

/** Shows `change`, sends it, and puts the answer in its place. Refused, what the engine last said stands again, and a toast says why. */
export async function atOnce<T>(client: QueryClient, { root, id, change }: Change, send: () => Promise<T>): Promise<T | undefined> {
  const all = { queryKey: [root] }
  const record = begin(client, { root, id, change })
  try {
    const answer = await send()
    // What is being read now may have been answered before the change: it must not come in over it.
    await client.cancelQueries(all)
    end(client, record, change, isRow(answer, id) ? answer : change)
    return answer
  } catch (error) {
    end(client, record, change, Object.fromEntries(Object.entries(record.said).filter(([name]) => name in change)))
    const problem = asProblem(error)
    if (problem.code === 'step_up_required' || problem.code === 'factor_required') toastProblem(problem)
    else toast({ text: t('common.takenBack', { why: problem.title }), bad: true, detail: [problem.detail, problem.requestId && t('common.requestId', { id: problem.requestId })].filter(Boolean).join(' ') })
    throw error
  } finally {
    void client.invalidateQueries(all)
  }
}
