/** One deed for each of many, a few at a time, in order; told as it goes, and stopped between two. */
import { asProblem } from '@/api/problem'
import type { BulkItem, BulkResult } from '@/api/shapes'

const AT_ONCE = 6

export type Going = { progress?: (done: number) => void; signal?: AbortSignal }

/** What was not begun when it was stopped is left out of the result. */
export async function each(ids: string[], run: (id: string) => Promise<BulkItem>, { progress, signal }: Going = {}): Promise<BulkResult> {
  const results: (BulkItem | undefined)[] = new Array<undefined>(ids.length)
  let at = 0
  let done = 0
  const worker = async () => {
    for (let i = at++; i < ids.length && !signal?.aborted; i = at++) {
      const id = ids[i] as string
      results[i] = await run(id).catch((error: unknown): BulkItem => {
        const problem = asProblem(error)
        return { id, ok: false, changed: false, code: problem.code, message: problem.detail || problem.title }
      })
      progress?.(++done)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, worker))
  const ended = results.filter((one) => one !== undefined)
  return {
    results: ended,
    changed: ended.filter((one) => one.changed).length,
    unchanged: ended.filter((one) => one.ok && !one.changed).length,
    failed: ended.filter((one) => !one.ok).length,
  }
}
