/** One's own name, telephone, language and address: everybody's to change, whatever their role. */
import { useQueryClient } from '@tanstack/react-query'
import { patch } from '@/api/client'
import type { Me } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { tongueOptions } from '@/lib/countries'
import { toast } from '@/parts/toasts'
import { me, useMe } from '@/session'

const names = ['firstName', 'lastName', 'email', 'phone', 'language'] as const
type Values = Record<(typeof names)[number], string>
const valuesOf = (user: Me): Values => ({ firstName: user.firstName, lastName: user.lastName, email: user.email, phone: user.phone ?? '', language: user.language ?? '' })
const needed = ['firstName', 'lastName', 'email'] as const

export function Particulars() {
  const user = useMe()
  const client = useQueryClient()
  const now = valuesOf(user)
  const form = useForm<Values, Me>({
    initial: now,
    check: (values) => Object.fromEntries(needed.filter((name) => !values[name].trim()).map((name) => [name, t('common.required')])),
    send: (values) => patch<Me>('/auth/me', Object.fromEntries(names.filter((name) => values[name].trim() !== now[name]).map((name) => [name, values[name].trim() || null]))),
    onDone: (reply, values) => {
      me.set(reply)
      form.reset(valuesOf(reply))
      void client.invalidateQueries({ queryKey: ['users'] })
      const moving = reply.newEmail != null && values.email.trim() !== reply.email
      toast({ text: moving ? t('own.linkSent', { email: reply.newEmail ?? '' }) : t('own.saved') })
    },
  })
  const same = names.every((name) => form.values[name].trim() === now[name])
  return (
    <div className="office-fields">
      <Form form={form} deed={t('own.save')} label={t('own.profile')} refuse={same && t('common.noChange')}>
        <div className="field-pair">
          <TextField form={form} name="firstName" label={t('people.firstName')} autoComplete="given-name" max={100} />
          <TextField form={form} name="lastName" label={t('people.lastName')} autoComplete="family-name" max={100} />
        </div>
        <div className="field-pair">
          <TextField form={form} name="phone" label={t('people.phone')} type="tel" autoComplete="tel" optional />
          <SelectField form={form} name="language" label={t('people.language')} hint={t('own.languageHint')} options={tongueOptions()} none="–" optional />
        </div>
        <TextField form={form} name="email" label={t('people.email')} type="email" autoComplete="email" hint={user.newEmail ? t('own.moving', { email: user.newEmail }) : t('own.emailHint')} />
      </Form>
    </div>
  )
}
