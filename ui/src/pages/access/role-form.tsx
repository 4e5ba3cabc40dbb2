/** A role of one's own: its name, what it is for, which roles it inherits from. Its own permissions are pressed in the matrix. */
import { useQueryClient } from '@tanstack/react-query'
import { patch, post } from '@/api/client'
import type { RoleDefinition } from '@/api/shapes'
import { CheckField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { nameOf } from '@/pages/people/roles'
import { toast } from '@/parts/toasts'

const MOST = 5
type Props = { roles: RoleDefinition[]; role?: RoleDefinition; from?: RoleDefinition; onClose: () => void }
export function RoleForm({ roles, role, from, onClose }: Props) {
  const client = useQueryClient()
  const form = useForm({
    initial: { name: role?.name ?? '', description: role?.description ?? '', staff: role?.staff ?? from?.staff ?? true, inherits: (role?.inherits ?? from?.inherits ?? []).join(' ') },
    check: ({ name }) => (name.trim() ? {} : { name: t('common.required') }),
    send: ({ name, description, staff, inherits }, key) => {
      const body = { name: name.trim(), description: description.trim(), inherits: inherits.split(' ').filter(Boolean) }
      return role ? patch<RoleDefinition>(`/roles/${role.key}`, body, role.version) : post<RoleDefinition>('/roles', { ...body, staff, permissions: from?.permissions ?? ['read:self'] }, key)
    },
    onDone: (next) => {
      void client.invalidateQueries({ queryKey: ['roles'] })
      toast({ text: t(role ? 'access.roleSaved' : 'access.roleMade', { name: next.name }) })
      onClose()
    },
  })
  const chosen = form.values.inherits.split(' ').filter(Boolean)
  const others = roles.filter((one) => one.key !== role?.key && one.key !== 'owner')
  const lead = role ? undefined : t(from ? 'access.copyLead' : 'access.newLead', { name: from ? nameOf(from) : '' })
  return (
    <FormDialog form={form} title={role ? t('access.editTitle', { name: role.name }) : t('access.newRole')} lead={lead} deed={t(role ? 'common.save' : 'access.make')} onClose={onClose} refuse={Boolean(role) && !form.dirty && t('common.noChange')}>
      <TextField form={form} name="name" label={t('access.name')} max={60} autoFocus />
      <TextField form={form} name="description" label={t('access.description')} max={200} optional />
      {!role && <CheckField form={form} name="staff" label={t('access.staff')} />}
      <fieldset className="field">
        <legend className="field-label">{t('access.inherits')}</legend>
        <div className="role-checks">
          {others.map((one) => (
            <label key={one.key} className="check">
              <input type="checkbox" checked={chosen.includes(one.key)} disabled={!chosen.includes(one.key) && chosen.length >= MOST} onChange={(event) => form.set('inherits', (event.target.checked ? [...chosen, one.key] : chosen.filter((key) => key !== one.key)).join(' '))} /> {nameOf(one)}
            </label>
          ))}
        </div>
        <p className={form.errors['inherits'] ? 'field-error' : 'field-hint'}>{form.errors['inherits'] ?? t('access.inheritsHint', { n: MOST })}</p>
      </fieldset>
    </FormDialog>
  )
}
