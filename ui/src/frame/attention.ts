/** What waits for somebody: the engine's list from the figures, and work that failed for good, each for those who may see it. */
import { useQuery } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { Attention, JobStats, Overview } from '@/api/shapes'
import { t } from '@/i18n'
import { can } from '@/session'

export const overview = read<Overview>('/stats/overview', { days: 30 })
export const jobStats = read<JobStats>('/jobs/stats')

export function useAttention(): Attention[] {
  const figures = useQuery({ ...overview, enabled: can('read:stats'), refetchInterval: 60_000, retry: false })
  const work = useQuery({ ...jobStats, enabled: can('read:job'), refetchInterval: 60_000, retry: false })
  const dead = work.data?.dead ?? 0
  return [...(figures.data?.attention ?? []), ...(dead > 0 ? [{ kind: 'deadJobs', count: dead, label: t('attention.deadJobs'), query: '/jobs?state=dead' }] : [])]
}
