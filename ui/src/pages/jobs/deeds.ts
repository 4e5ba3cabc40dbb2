/** What can be done with work: let it be tried again, or call it off. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { get, post } from '@/api/client'
import type { BulkResult, Job } from '@/api/shapes'
import { t, type Key } from '@/i18n'
import { each } from '@/lib/each'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'
import { lacking, type Refuse } from '@/parts/why'
import type { BulkAction, How } from '@/table/spec'

export const retryable = (job: Job) => job.state === 'dead' || job.state === 'cancelled'
export const cancellable = (job: Job) => job.state === 'pending' || job.state === 'running'
const lack = () => lacking('manage:job')

export type JobDeed = { id: 'retry' | 'cancel' | 'edit'; label: string; run: () => void; refuse: Refuse }

const ask = (client: QueryClient, job: Job, deed: 'retry' | 'cancel') =>
  confirm({
    title: t(`jobs.${deed}Title`),
    body: t(`jobs.${deed}Body`),
    deed: t(`jobs.${deed}`),
    danger: deed === 'cancel',
    ...(deed === 'cancel' ? { keep: t('jobs.keep') } : {}),
    run: async () => {
      await post<Job>(`/jobs/${job.id}/${deed}`)
      await client.invalidateQueries({ queryKey: ['jobs'] })
      toast({ text: t(deed === 'retry' ? 'jobs.retried' : 'jobs.cancelled') })
    },
  })

export function useJobDeeds(job: Job, edit: () => void): JobDeed[] {
  const client = useQueryClient()
  return [
    { id: 'edit', label: t('jobs.edit'), refuse: lack() ?? (!job.editable ? t('jobs.notThisKind') : job.state === 'dead' ? undefined : t('jobs.onlyDead')), run: edit },
    { id: 'retry', label: t('jobs.retry'), refuse: lack() ?? (retryable(job) ? undefined : t('jobs.cannotRetry')), run: () => ask(client, job, 'retry') },
    { id: 'cancel', label: t('jobs.cancel'), refuse: lack() ?? (cancellable(job) ? undefined : t('jobs.cannotCancel')), run: () => ask(client, job, 'cancel') },
  ]
}

type Check = (job: Job) => { ok: boolean; changed: boolean; message?: string }
const many = (ids: string[], how: How, check: Check, deed: 'retry' | 'cancel'): Promise<BulkResult> =>
  each(
    ids,
    async (id) => {
      const found = check(await get<Job>(`/jobs/${id}`))
      if (!how.dryRun && found.changed) await post(`/jobs/${id}/${deed}`)
      return { id, ...found }
    },
    how,
  )
const said = (result: BulkResult, did: Key, already: Key) =>
  [t(did, { n: result.changed }), result.unchanged > 0 && t(already, { n: result.unchanged }), result.failed > 0 && t('jobs.refusedSome', { n: result.failed })].filter(Boolean).join(', ')

export const jobBulk: BulkAction[] = [
  {
    id: 'retry',
    label: 'jobs.retry',
    right: 'manage:job',
    run: (ids, how) => many(ids, how, (job) => (retryable(job) ? { ok: true, changed: true } : cancellable(job) ? { ok: true, changed: false } : { ok: false, changed: false, message: t('jobs.cannotRetry') }), 'retry'),
    effect: (result, done) => said(result, done ? 'jobs.didRetry' : 'jobs.willRetry', 'jobs.alreadyWaiting'),
  },
  {
    id: 'cancel',
    label: 'jobs.cancel',
    keep: 'jobs.keep',
    right: 'manage:job',
    danger: true,
    run: (ids, how) => many(ids, how, (job) => ({ ok: true, changed: cancellable(job) }), 'cancel'),
    effect: (result, done) => said(result, done ? 'jobs.didCancel' : 'jobs.willCancel', 'jobs.alreadyOver'),
  },
]
