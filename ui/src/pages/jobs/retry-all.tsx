/** Everything that failed for good and fits what the list shows, tried again; five hundred with each press. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post, request } from '@/api/client'
import type { RetriedJobs } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { toast } from '@/parts/toasts'
import type { Search } from '@/table/url'

const words = (text: string | undefined) => (text ?? '').split(',').filter(Boolean)
const deadOf = ({ queue = '', kind = '', search = '' }: Search) =>
  queryOptions({ queryKey: ['jobs', 'dead', { queue, kind, search }], queryFn: async ({ signal }) => (await request<unknown[]>('GET', '/jobs', { params: { state: 'dead', queue, kind, search, limit: 1 }, signal })).meta.total ?? 0 })

/** What narrows it, in words; nothing where nothing does. */
function narrowed({ queue, kind, search }: Search) {
  const parts = [...words(queue).map((one) => word('queue', one)), ...words(kind).map((one) => word('jobKind', one)), ...(search ? [`“${search}”`] : [])]
  return parts.length > 0 ? t('jobs.onlyWhat', { what: parts.join(', ') }) : ''
}

export function RetryAll({ filter, onClose }: { filter: Search; onClose: () => void }) {
  const client = useQueryClient()
  const dead = useQuery(deadOf(filter))
  const [so, setSo] = useState({ retried: 0, left: -1 })
  const form = useForm<{ reason: string }, RetriedJobs>({
    initial: { reason: '' },
    check: ({ reason }) => (reason.trim() ? {} : { reason: t('common.needsReason') }),
    send: ({ reason }) => post<RetriedJobs>('/jobs/retry', { queue: words(filter['queue']), kind: words(filter['kind']), ...(filter['search'] ? { search: filter['search'] } : {}), reason: reason.trim() }),
    onDone: (reply) => {
      const all = so.retried + reply.retried
      void client.invalidateQueries({ queryKey: ['jobs'] })
      // What cannot move because the same work waits already stays where it is: asking again would not help.
      if (reply.left > 0 && reply.retried > 0) return setSo({ retried: all, left: reply.left })
      toast({ text: [t('jobs.didRetry', { n: all }), reply.left > 0 && t('jobs.sameWaits', { n: reply.left })].filter(Boolean).join(', ') })
      onClose()
    },
  })
  const left = so.left >= 0 ? so.left : (dead.data ?? 0)
  const only = narrowed(filter)
  return (
    <FormDialog
      form={form}
      title={t('jobs.retryAll')}
      lead={so.retried > 0 ? t('jobs.retriedSoFar', { done: so.retried, n: so.left }) : dead.data === undefined ? t('common.loading') : [t('jobs.failedNow', { n: left }), only].filter(Boolean).join(' ')}
      deed={t(so.retried > 0 ? 'jobs.goOn' : 'jobs.retryN', { n: left })}
      refuse={dead.data === 0 && t('jobs.noneDead')}
      onClose={onClose}
    >
      <TextField form={form} name="reason" label={t('common.reason')} hint={t('jobs.retryAllHint')} max={500} autoFocus />
    </FormDialog>
  )
}
