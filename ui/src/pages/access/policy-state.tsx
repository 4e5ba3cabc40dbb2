/** The way of a policy: draft, shadow, in force, off. Suggested is the next careful step; each step has a reason. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { patch, remove } from '@/api/client'
import type { Policy, PolicyReport, PolicyState } from '@/api/shapes'
import { t } from '@/i18n'
import { paths } from '@/paths'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'
import { lacking, type Refuse } from '@/parts/why'

export type PolicyDeed = { id: string; label: string; main: boolean; danger?: boolean; refuse: Refuse; run: () => void }
const ways: Record<PolicyState, PolicyState[]> = { draft: ['shadow', 'enforced'], shadow: ['enforced', 'draft', 'off'], enforced: ['shadow', 'off'], off: ['shadow', 'draft'] }

export function usePolicyDeeds(policy: Policy, dirty: boolean, report: PolicyReport | undefined): PolicyDeed[] {
  const client = useQueryClient()
  const go = useNavigate()
  const lack = lacking('manage:policy')
  const untested = report && !report.passed ? t(report.valid ? 'policy.testFails' : 'policy.unreadable') : undefined
  const move = (state: PolicyState) =>
    confirm({
      title: t(`policy.${state}Title`, { name: policy.name }),
      body: `${t(`policy.${state}Body`)} ${state === 'enforced' ? (policy.state === 'shadow' ? t('policy.wouldHaveSaid', { n: policy.wouldHaveRefused }) : t('policy.skipShadow')) : ''}`.trim(),
      deed: t(`policy.${state}Deed`),
      danger: state === 'enforced',
      reason: 'required',
      run: async (reason) => {
        await patch<Policy>(`/policies/${policy.id}`, { state, reason }, policy.version)
        await client.invalidateQueries({ queryKey: ['policies'] })
        toast({ text: t(`policy.${state}Done`, { name: policy.name }) })
      },
    })
  const drop = () =>
    confirm({
      title: t('policy.deleteTitle', { name: policy.name }),
      body: t('policy.deleteBody'),
      deed: t('policy.delete'),
      danger: true,
      name: policy.name,
      run: async () => {
        await remove(`/policies/${policy.id}`)
        await client.invalidateQueries({ queryKey: ['policies'], exact: false, refetchType: 'none' })
        toast({ text: t('policy.deleted', { name: policy.name }) })
        void go({ to: paths.policies })
      },
    })
  const inForce = policy.state === 'shadow' || policy.state === 'enforced'
  return [
    ...ways[policy.state].map((state, i): PolicyDeed => ({ id: state, label: t(`policy.${state}Deed`), main: i === 0, refuse: lack ?? (dirty ? t('policy.saveFirst') : state === 'shadow' || state === 'enforced' ? untested : undefined), run: () => move(state) })),
    { id: 'delete', label: t('policy.delete'), main: false, danger: true, refuse: lack ?? (inForce && t('policy.inForce')), run: drop },
  ]
}
