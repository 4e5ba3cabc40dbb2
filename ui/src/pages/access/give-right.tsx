/** Gives or denies one person one right, with a reason and, if wanted, an end. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { post, read } from '@/api/client'
import type { PermissionWords, PersonalRight, User } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { covers } from '@/pages/people/roles'
import { toast } from '@/parts/toasts'
import { useMe } from '@/session'
import { powerName } from './save-roles'

const DAY = 86_400_000
const spans = { '': 'access.untilEnded', '1': 'access.aDay', '7': 'access.aWeek', '30': 'access.aMonth', '90': 'access.aQuarter' } as const

export function GiveRight({ user, permission = '', effect = 'grant', onClose }: { user: User; permission?: string; effect?: 'grant' | 'deny'; onClose: () => void }) {
  const client = useQueryClient()
  const mine = useMe()
  const words = useQuery({ ...read<PermissionWords[]>('/permissions'), staleTime: Infinity }).data ?? []
  const form = useForm({
    initial: { effect: effect as string, permission, reason: '', days: '' },
    check: (values) => ({ ...(values.permission ? {} : { permission: t('common.required') }), ...(values.reason.trim() ? {} : { reason: t('common.needsReason') }) }),
    send: ({ days, reason, ...values }, key) => post<PersonalRight>(`/users/${user.id}/rights`, { ...values, reason: reason.trim(), ...(days ? { expiresAt: new Date(Date.now() + Number(days) * DAY).toISOString() } : {}) }, key),
    onDone: (right) => {
      void client.invalidateQueries({ queryKey: ['users', user.id] })
      toast({ text: t(right.effect === 'grant' ? 'access.gave' : 'access.denied', { name: user.name, right: powerName(right.permission) }) })
      onClose()
    },
  })
  const denying = form.values.effect === 'deny'
  // Nobody gives what they do not hold.
  const powers = words.flatMap((one) => (one.own ? [one.permission, `${one.permission}:own`] : [one.permission])).filter((power) => covers(mine.permissions, [power]))
  return (
    <FormDialog
      form={form}
      title={t('access.giveTitle', { name: user.name })}
      lead={t(denying ? 'access.denyLead' : 'access.giveLead', { name: user.name })}
      deed={form.values.permission ? t(denying ? 'access.denyDeed' : 'access.giveDeed', { right: powerName(form.values.permission) }) : t(denying ? 'access.deny' : 'access.give')}
      danger={denying}
      onClose={onClose}
    >
      <fieldset className="field">
        <legend className="field-label">{t('access.effect')}</legend>
        <div className="segments-row">
          {(['grant', 'deny'] as const).map((one) => (
            <label key={one} className="check">
              <input type="radio" name="effect" checked={form.values.effect === one} onChange={() => form.set('effect', one)} /> {t(one === 'grant' ? 'access.give' : 'access.deny')}
            </label>
          ))}
        </div>
      </fieldset>
      <SelectField form={form} name="permission" label={t('access.permission')} none={t('why.choose')} options={powers.map((value) => ({ value, label: `${powerName(value)} · ${word('resource', value.split(':')[1] ?? '')}` }))} />
      <TextField form={form} name="reason" label={t('common.reason')} hint={t('access.reasonHint')} max={500} />
      <SelectField form={form} name="days" label={t('access.until')} options={Object.entries(spans).map(([value, key]) => ({ value, label: t(key) })).toSorted((a, b) => Number(a.value) - Number(b.value))} />
    </FormDialog>
  )
}
