/** What can be done with one role besides pressing its cells. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { patch, remove } from '@/api/client'
import type { RoleDefinition } from '@/api/shapes'
import { t } from '@/i18n'
import { nameOf } from '@/pages/people/roles'
import { filtered, paths } from '@/paths'
import { confirm } from '@/parts/confirm'
import type { MenuItem } from '@/parts/menu'
import { toast } from '@/parts/toasts'
import { lacking } from '@/parts/why'
import { RoleForm } from './role-form'

export function useRoleDeeds(role: RoleDefinition, roles: RoleDefinition[]) {
  const client = useQueryClient()
  const go = useNavigate()
  const [open, setOpen] = useState<'edit' | 'copy'>()
  const lack = lacking('manage:role')
  const name = nameOf(role)
  const settle = () => client.invalidateQueries({ queryKey: ['roles'] })
  const heirs = roles.filter((one) => one.inherits.includes(role.key)).map((one) => nameOf(one))
  const reset = () =>
    confirm({
      title: t('access.resetTitle', { name }),
      body: t('access.resetBody', { name, n: role.holders }),
      deed: t('access.reset'),
      run: async () => {
        await patch(`/roles/${role.key}`, { permissions: role.defaults }, role.version)
        await settle()
        toast({ text: t('access.resetDone', { name }) })
      },
    })
  const drop = () =>
    confirm({
      title: t('access.deleteTitle', { name }),
      body: t('access.deleteBody'),
      deed: t('access.delete'),
      danger: true,
      name,
      run: async () => {
        await remove(`/roles/${role.key}`)
        await settle()
        toast({ text: t('access.deleted', { name }) })
      },
    })
  const items: MenuItem[] = [
    { label: t('access.seeHolders'), run: () => void go({ href: filtered(paths.people, { role: role.key }) }) },
    { label: t('access.copyRole'), refuse: lack, run: () => setOpen('copy') },
    ...(role.preset
      ? [{ label: t('access.reset'), refuse: lack ?? (!role.editable ? t('access.ownerFixed') : !role.changed && t('access.asItCame')), run: reset }]
      : [
          { label: t('common.edit'), refuse: lack, run: () => setOpen('edit') },
          'line' as const,
          { label: t('access.delete'), danger: true, refuse: lack ?? (role.holders > 0 ? t('access.held', { n: role.holders }) : heirs.length > 0 && t('access.inheritedBy', { roles: heirs.join(', ') })), run: drop },
        ]),
  ]
  const dialog = open && <RoleForm roles={roles} {...(open === 'edit' ? { role } : { from: role })} onClose={() => setOpen(undefined)} />
  return { items, dialog }
}
