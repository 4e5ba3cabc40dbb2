/** Another role for a person. It bites on their next request. */
import { useQueryClient } from '@tanstack/react-query'
import { patch } from '@/api/client'
import type { User } from '@/api/shapes'
import { AreaField, SelectField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { toast, toastProblem } from '@/parts/toasts'
import { givenRoles, roleHint, roleName } from './roles'

export function RoleDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient()
  const settle = () => client.invalidateQueries({ queryKey: ['users'] })
  const give = (role: string, reason?: string) => patch<User>(`/users/${user.id}/role`, { role, ...(reason ? { reason } : {}) })
  const form = useForm({
    initial: { role: user.role as string, reason: '' },
    send: ({ role, reason }) => give(role, reason.trim()),
    onDone: (_, { role }) => {
      void settle()
      toast({ text: t('people.roleGiven', { name: user.name, role: roleName(role) }), undo: () => void give(user.role).then(settle, toastProblem) })
      onClose()
    },
  })
  return (
    <FormDialog form={form} title={t('people.roleTitle', { name: user.name })} lead={t('people.roleLead')} deed={t('people.giveRole', { role: roleName(form.values.role) })} onClose={onClose} refuse={form.values.role === user.role && t('common.noChange')}>
      <SelectField form={form} name="role" label={t('people.role')} options={givenRoles(user.role)} hint={roleHint(form.values.role)} />
      <AreaField form={form} name="reason" label={t('common.reason')} hint={t('people.roleReason')} optional rows={2} max={500} />
    </FormDialog>
  )
}
