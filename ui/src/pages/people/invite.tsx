/** Somebody new: invited, or with a first password handed over by other means. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { post } from '@/api/client'
import type { User } from '@/api/shapes'
import { CheckField, PasswordField, SelectField, TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { filled, useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { countryOptions } from '@/lib/countries'
import { Advice } from '@/pages/entry/advice'
import { paths } from '@/paths'
import { toast } from '@/parts/toasts'
import { lacking } from '@/parts/why'
import { FormPage } from '@/record/form-page'
import { givenRoles, roleHint } from './roles'

export function InvitePerson() {
  const client = useQueryClient()
  const go = useNavigate()
  const form = useForm({
    initial: { firstName: '', lastName: '', email: '', role: 'user', phone: '', country: '', password: '', mustChangePassword: true },
    check: (values) => Object.fromEntries((['firstName', 'lastName', 'email'] as const).filter((name) => !values[name].trim()).map((name) => [name, t('common.required')])),
    send: ({ password, mustChangePassword, ...values }, key) => post<User>('/users', { ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, filled(value)])), ...(password ? { password, mustChangePassword } : {}) }, key),
    onDone: (user) => {
      void client.invalidateQueries({ queryKey: ['users'] })
      toast({ text: t('people.invited', { name: user.name }) })
      void go({ to: paths.person(user.id) })
    },
  })
  return (
    <FormPage up={{ to: paths.people, label: t('people.title') }} title={t('people.inviteTitle')}>
        <Form form={form} deed={form.values.password ? t('people.addWithPassword') : t('people.invite')} label={t('people.inviteTitle')} refuse={lacking('create:user')} onCancel={() => void go({ to: paths.people })}>
          <div className="field-pair">
            <TextField form={form} name="firstName" label={t('people.firstName')} autoFocus />
            <TextField form={form} name="lastName" label={t('people.lastName')} />
          </div>
          <TextField form={form} name="email" label={t('people.email')} type="email" />
          <SelectField form={form} name="role" label={t('people.role')} options={givenRoles('user')} hint={roleHint(form.values.role)} />
          <div className="field-pair">
            <TextField form={form} name="phone" label={t('people.phone')} type="tel" optional />
            <SelectField form={form} name="country" label={t('people.country')} options={countryOptions()} none="–" optional />
          </div>
          <PasswordField form={form} name="password" label={t('people.firstPassword')} hint={t('people.firstPasswordHint')} fresh />
          {form.values.password && (
            <>
              <Advice password={form.values.password} words={[form.values.email, form.values.firstName, form.values.lastName]} />
              <CheckField form={form} name="mustChangePassword" label={t('passwords.mustChange')} />
            </>
          )}
        </Form>
    </FormPage>
  )
}
