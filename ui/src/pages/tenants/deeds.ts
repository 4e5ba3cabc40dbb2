/** What can be done with a business where it stands. */
import { useQueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { TenantDetail } from '@/api/shapes'
import { t } from '@/i18n'
import { download } from '@/lib/download'
import { confirm } from '@/parts/confirm'
import { toast, toastProblem } from '@/parts/toasts'
import { lacking, type Refuse } from '@/parts/why'

export type TenantDeed = { id: string; label: string; run: () => void; refuse?: Refuse; danger?: boolean; main?: boolean }

export function useTenantDeeds(tenant: TenantDetail, close: () => void): TenantDeed[] {
  const client = useQueryClient()
  const { name, state, home } = tenant
  const lack = lacking('manage:tenant')
  const ask = (deed: 'suspend' | 'resume' | 'restore', done: string) =>
    confirm({
      title: t(`tenants.${deed}Title`, { name }),
      body: t(`tenants.${deed}Body`, { name }),
      deed: t(`tenants.${deed}`),
      ...(deed === 'suspend' ? { danger: true, name } : {}),
      reason: 'required',
      run: async (reason) => {
        await post(`/tenants/${tenant.id}/${deed}`, { reason })
        await client.invalidateQueries({ queryKey: ['tenants'] })
        toast({ text: done })
      },
    })
  const take = () => void download(`/tenants/${tenant.id}/export`, `${tenant.slug}.tar`).then((file) => file && toast({ text: t('people.dataSaved', { name: file }) }), toastProblem)

  const deeds: TenantDeed[] = []
  const isHome = home && t('tenants.isHome')
  if (state === 'active') deeds.push({ id: 'suspend', label: t('tenants.suspend'), main: true, refuse: lack ?? isHome, run: () => ask('suspend', t('tenants.suspended', { name })) })
  if (state === 'suspended') deeds.push({ id: 'resume', label: t('tenants.resume'), main: true, refuse: lack, run: () => ask('resume', t('tenants.resumed', { name })) })
  if (state === 'closing') deeds.push({ id: 'restore', label: t('tenants.restore'), main: true, refuse: lack, run: () => ask('restore', t('tenants.restored', { name })) })
  if (state !== 'purging') deeds.push({ id: 'export', label: t('tenants.export'), refuse: lacking('export:tenant'), run: take })
  if (state === 'active' || state === 'suspended') deeds.push({ id: 'close', label: t('tenants.close'), danger: true, refuse: lack ?? isHome, run: close })
  return deeds
}
