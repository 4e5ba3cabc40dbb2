/** Deeds on many people at once, and what they would do in words. */
import { post } from '@/api/client'
import type { BulkResult } from '@/api/shapes'
import { t, type Key } from '@/i18n'
import type { BulkAction } from '@/table/spec'

export type Deed = 'lock' | 'unlock' | 'delete' | 'restore'
export const bulk = (action: Deed, ids: string[], how: { dryRun?: boolean; reason?: string } = {}) =>
  post<BulkResult>('/users/bulk', { action, ids, ...(how.reason ? { reason: how.reason } : {}), ...(how.dryRun ? { dryRun: true } : {}) }, how.dryRun ? undefined : crypto.randomUUID())

const words: Record<Deed, { will: Key; done: Key; already: Key }> = {
  lock: { will: 'people.willLock', done: 'people.didLock', already: 'people.alreadyLocked' },
  unlock: { will: 'people.willUnlock', done: 'people.didUnlock', already: 'people.alreadyActive' },
  delete: { will: 'people.willDelete', done: 'people.didDelete', already: 'people.alreadyDeleted' },
  restore: { will: 'people.willRestore', done: 'people.didRestore', already: 'people.alreadyThere' },
}
function effect(action: Deed, result: BulkResult, done: boolean): string {
  const parts = [t(done ? words[action].done : words[action].will, { n: result.changed })]
  if (result.unchanged > 0) parts.push(t(words[action].already, { n: result.unchanged }))
  if (result.failed > 0) parts.push(t('people.refusedSome', { n: result.failed }))
  return parts.join(', ')
}
const deed = (id: Deed, rest: Partial<BulkAction>): BulkAction => ({
  id,
  label: `people.${id}`,
  run: (ids, how) => bulk(id, ids, how),
  effect: (result, done) => effect(id, result, done),
  ...rest,
})
export const deeds: BulkAction[] = [
  deed('lock', { right: 'update:user', reason: 'required', danger: true, undo: (ids) => bulk('unlock', ids) }),
  deed('unlock', { right: 'update:user', undo: (ids) => bulk('lock', ids, { reason: t('people.undoneUnlock') }) }),
  deed('delete', { right: 'delete:user', danger: true, undo: (ids) => bulk('restore', ids) }),
  deed('restore', { right: 'delete:user', undo: (ids) => bulk('delete', ids) }),
]
