/** What waits for somebody: the engine's list from the figures, and work that failed for good, each for those who may see it. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { read, request } from '@/api/client'
import type { ApiKey, Attention, JobStats, Overview } from '@/api/shapes'
import { t } from '@/i18n'
import { stateOf } from '@/pages/keys/state'
import { can } from '@/session'

export const overview = read<Overview>('/stats/overview', { days: 30 })
export const jobStats = read<JobStats>('/jobs/stats')
/** How many runs are stuck and wait for a person. */
export const stuckRuns = queryOptions({ queryKey: ['sagas', 'stuck'], queryFn: async ({ signal }) => (await request<unknown[]>('GET', '/sagas', { params: { state: 'needs_attention', limit: 1 }, signal })).meta.total ?? 0 })

/** A key that runs out within a fortnight is told of, so that whatever uses it gets the next one in time. */
const SOON = 14 * 86_400_000

export function useAttention(): Attention[] {
  const figures = useQuery({ ...overview, enabled: can('read:stats'), refetchInterval: 60_000, retry: false })
  const work = useQuery({ ...jobStats, enabled: can('read:job'), refetchInterval: 60_000, retry: false })
  const runs = useQuery({ ...stuckRuns, enabled: can('read:job'), refetchInterval: 60_000, retry: false })
  const keys = useQuery({ ...read<ApiKey[]>('/keys'), enabled: can('create:key'), refetchInterval: 600_000, retry: false })
  const ending = keys.data?.filter((key) => stateOf(key) === 'active' && Date.parse(key.expiresAt) < Date.now() + SOON).length ?? 0
  const dead = work.data?.dead ?? 0
  const stuck = runs.data ?? 0
  return [...(figures.data?.attention ?? []), ...(dead > 0 ? [{ kind: 'deadJobs', count: dead, label: t('attention.deadJobs'), query: '/jobs?state=dead' }] : []), ...(stuck > 0 ? [{ kind: 'stuckRuns', count: stuck, label: t('attention.stuckRuns'), query: '/sagas?state=needs_attention' }] : []), ...(ending > 0 ? [{ kind: 'endingKeys', count: ending, label: t('attention.endingKeys'), query: '/account' }] : [])]
}
