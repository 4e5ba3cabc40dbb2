/** Everything that failed for good and fits what the list shows, tried again or put away; five hundred with each press. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post, request } from '@/api/client'
import type { DiscardedJobs, RetriedJobs } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { toast } from '@/parts/toasts'
import { between, chipText, type Search } from '@/table/url'

const words = (text: string | undefined) => (text ?? '').split(',').filter(Boolean)
const deadOf = ({ queue = '', kind = '', search = '', from = '', to = '' }: Search) => {
  const narrow = { queue, kind, search, ...between({ from, to }) }
  return queryOptions({ queryKey: ['jobs', 'dead', narrow], queryFn: async ({ signal }) => (await request<unknown[]>('GET', '/jobs', { params: { state: 'dead', ...narrow, limit: 1 }, signal })).meta.total ?? 0 })
}

/** What narrows it, in words; nothing where nothing does. */
function narrowed({ queue, kind, search, ...days }: Search) {
  const when = chipText({ kind: 'dates', field: 'from', title: 'jobs.created' }, days)
  const parts = [...words(queue).map((one) => word('queue', one)), ...words(kind).map((one) => word('jobKind', one)), ...(search ? [t('jobs.quoted', { text: search })] : []), ...(when ? [when] : [])]
  return parts.length > 0 ? t('jobs.onlyWhat', { what: parts.join(', ') }) : ''
}

/** What is done to all of it, and the words for that. */
const deeds = {
  retry: { path: '/jobs/retry', title: 'jobs.retryAll', soFar: 'jobs.retriedSoFar', deed: 'jobs.retryN', did: 'jobs.didRetry' },
  discard: { path: '/jobs/discard', title: 'jobs.discardAll', soFar: 'jobs.discardedSoFar', deed: 'jobs.discardN', did: 'jobs.didDiscard' },
} as const
export type AllDeed = keyof typeof deeds

export function AllFailed({ deed, filter, onClose }: { deed: AllDeed; filter: Search; onClose: () => void }) {
  const client = useQueryClient()
  const dead = useQuery(deadOf(filter))
  const [so, setSo] = useState({ moved: 0, left: -1 })
  const what = deeds[deed]
  const form = useForm<{ reason: string }, RetriedJobs | DiscardedJobs>({
    initial: { reason: '' },
    check: ({ reason }) => (reason.trim() ? {} : { reason: t('common.needsReason') }),
    send: ({ reason }) => post<RetriedJobs | DiscardedJobs>(what.path, { queue: words(filter['queue']), kind: words(filter['kind']), ...(filter['search'] ? { search: filter['search'] } : {}), ...between(filter), reason: reason.trim() }),
    onDone: (reply) => {
      const moved = 'retried' in reply ? reply.retried : reply.discarded
      const all = so.moved + moved
      void client.invalidateQueries({ queryKey: ['jobs'] })
      // What cannot move because the same work waits already stays where it is: asking again would not help.
      if (reply.left > 0 && moved > 0) return setSo({ moved: all, left: reply.left })
      toast({ text: [t(what.did, { n: all }), reply.left > 0 && t('jobs.sameWaits', { n: reply.left })].filter(Boolean).join(', ') })
      onClose()
    },
  })
  const left = so.left >= 0 ? so.left : (dead.data ?? 0)
  const only = narrowed(filter)
  return (
    <FormDialog
      form={form}
      title={t(what.title)}
      lead={so.moved > 0 ? t(what.soFar, { done: so.moved, n: so.left }) : dead.data === undefined ? t('common.loading') : [t('jobs.failedNow', { n: left }), only].filter(Boolean).join(' ')}
      deed={t(so.moved > 0 ? 'jobs.goOn' : what.deed, { n: left })}
      refuse={dead.data === 0 && t('jobs.noneDead')}
      onClose={onClose}
    >
      <TextField form={form} name="reason" label={t('common.reason')} hint={t('jobs.retryAllHint')} max={500} autoFocus />
    </FormDialog>
  )
}
