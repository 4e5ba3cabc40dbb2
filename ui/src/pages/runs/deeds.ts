/** What a person can do with a run: let a stuck one go on, begin an undone one anew, settle one by hand. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { post, read } from '@/api/client'
import type { Saga, SagaDetail } from '@/api/shapes'
import { t, word } from '@/i18n'
import { paths } from '@/paths'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'
import { lacking, type Refuse } from '@/parts/why'

export type RunDeed = { id: 'retry' | 'resolve'; label: string; refuse: Refuse; run: () => void }

export function useRunDeeds(saga: Saga): RunDeed[] {
  const client = useQueryClient()
  const go = useNavigate()
  const again = saga.state === 'failed'
  const stuck = saga.state === 'needs_attention'
  const took = async (next: SagaDetail) => {
    client.setQueryData(read<SagaDetail>(`/sagas/${next.id}`).queryKey, next)
    await client.invalidateQueries({ queryKey: ['sagas'] })
    await client.invalidateQueries({ queryKey: ['audit'] })
  }
  const retry = () => {
    const key = crypto.randomUUID()
    confirm({
      title: t(again ? 'runs.anewTitle' : 'runs.goOnTitle', { what: word('runKind', saga.kind) }),
      body: t(again ? 'runs.anewBody' : saga.undoing ? 'runs.goOnUndoing' : 'runs.goOnBody'),
      deed: t(again ? 'runs.anew' : 'runs.goOn'),
      run: async () => {
        const next = await post<SagaDetail>(`/sagas/${saga.id}/retry`, undefined, key)
        await took(next)
        if (next.id !== saga.id) void go({ to: paths.run(next.id) })
        toast({ text: t(again ? 'runs.begunAnew' : 'runs.goesOn') })
      },
    })
  }
  const resolve = () =>
    confirm({
      title: t('runs.resolveTitle'),
      body: t('runs.resolveBody'),
      deed: t('runs.resolve'),
      reason: 'required',
      reasonHint: t('runs.resolveHint'),
      run: async (note) => {
        await took(await post<SagaDetail>(`/sagas/${saga.id}/resolve`, { note }))
        toast({ text: t('runs.settled') })
      },
    })
  const lack = lacking('manage:job')
  return [
    { id: 'retry', label: t(again ? 'runs.anew' : 'runs.goOn'), refuse: lack ?? (again || stuck ? undefined : t(saga.finishedAt ? 'runs.isOver' : 'runs.isUnderWay')), run: retry },
    { id: 'resolve', label: t('runs.resolve'), refuse: lack ?? (stuck ? undefined : t('runs.onlyStuck')), run: resolve },
  ]
}
