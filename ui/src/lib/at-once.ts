/** A change that is shown before the engine has answered, wherever the record stands, and taken back where it was refused. */
import type { QueryClient } from '@tanstack/react-query'
import { asProblem } from '@/api/problem'
import { t } from '@/i18n'
import { toast, toastProblem } from '@/parts/toasts'

type Row = { id: string } & Record<string, unknown>
const isRow = (value: unknown, id: string): value is Row => typeof value === 'object' && value !== null && (value as Row).id === id

/** By what they say: a cache keeps copies. */
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** `data` of a query with every showing of the record turned: a record, a short list, or the pages of a long one. */
export function turned(data: unknown, id: string, turn: (row: Row) => Row): unknown {
  if (isRow(data, id)) return turn(data)
  if (Array.isArray(data)) return data.some((row) => isRow(row, id)) ? data.map((row: unknown) => (isRow(row, id) ? turn(row) : row)) : data
  const pages = (data as { pages?: { rows?: unknown }[] } | undefined)?.pages
  if (!Array.isArray(pages)) return data
  return { ...(data as object), pages: pages.map((page) => (Array.isArray(page.rows) ? { ...page, rows: turned(page.rows, id, turn) } : page)) }
}

type Change = { root: string; id: string; change: Record<string, unknown> }

/** Shows `change`, sends it, and puts the answer in its place. Refused, what was there before stands again, and a toast says why. Whether it was kept. */
export async function atOnce<T>(client: QueryClient, { root, id, change }: Change, send: () => Promise<T>): Promise<T | undefined> {
  const all = { queryKey: [root] }
  const put = (turn: (row: Row) => Row) => client.setQueriesData(all, (data: unknown) => turned(data, id, turn))
  // What is being read now was answered before the change: it must not come in over it.
  await client.cancelQueries(all)
  const before = new Map<string, unknown>()
  put((row) => {
    for (const name of Object.keys(change)) if (!before.has(name)) before.set(name, row[name])
    return { ...row, ...change }
  })
  try {
    const answer = await send()
    if (isRow(answer, id)) put((row) => ({ ...row, ...answer }))
    return answer
  } catch (error) {
    // Only what is still shown as this change left it: something newer may have come meanwhile.
    put((row) => ({ ...row, ...Object.fromEntries([...before].filter(([name]) => same(row[name], change[name]))) }))
    const problem = asProblem(error)
    if (problem.code === 'step_up_required' || problem.code === 'factor_required') toastProblem(problem)
    else toast({ text: t('common.takenBack', { why: problem.title }), bad: true, detail: [problem.detail, problem.requestId && t('common.requestId', { id: problem.requestId })].filter(Boolean).join(' ') })
    throw error
  } finally {
    void client.invalidateQueries(all)
  }
}
