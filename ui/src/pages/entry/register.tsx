/** Strangers make themselves an account, where the business wants that. It says the same whether or not the address is known. */
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { get, post } from '@/api/client'
import type { Registration } from '@/api/shapes'
import { PasswordField, TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { Advice } from './advice'
import { Gate } from './gate'

const pathOf = (tenant: string | undefined) => `/auth/register${tenant ? `?tenant=${encodeURIComponent(tenant)}` : ''}`

/** Whether strangers can register here, and with whom. */
export const useRegistration = (tenant?: string) => useQuery({ queryKey: ['register', tenant ?? ''], queryFn: () => get<Registration>(pathOf(tenant)), staleTime: 60_000, retry: false })

export function Register() {
  const { tenant } = useSearch({ strict: false }) as { tenant?: string }
  const door = useRegistration(tenant)
  return door.data?.open ? (
    <Ask path={pathOf(tenant)} business={door.data.business ?? 'Purser'} />
  ) : (
    <Gate title={t('register.title')} lead={door.data && t('register.closed')}>
      <Part query={door} lines={2}>
        {() => <ButtonLink to={paths.signIn}>{t('link.toSignIn')}</ButtonLink>}
      </Part>
    </Gate>
  )
}

const fields = ['firstName', 'lastName', 'email', 'password'] as const

function Ask({ path, business }: { path: string; business: string }) {
  const [sent, setSent] = useState('')
  const form = useForm({
    initial: { firstName: '', lastName: '', email: '', password: '' },
    check: (values) => Object.fromEntries(fields.filter((name) => !values[name].trim()).map((name) => [name, t('common.required')])),
    send: (values) => post(path, { ...values, email: values.email.trim() }),
    onDone: (_, { email }) => setSent(email.trim()),
  })
  if (sent)
    return (
      <Gate title={t('link.sentTitle')} lead={t('register.sent', { email: sent })}>
        <ButtonLink to={paths.signIn}>{t('link.toSignIn')}</ButtonLink>
      </Gate>
    )
  return (
    <Gate title={t('register.titleAt', { business })} lead={t('register.lead')}>
      <Form form={form} deed={t('register.deed')} label={t('register.title')} wide>
        <TextField form={form} name="firstName" label={t('people.firstName')} autoComplete="given-name" max={100} autoFocus />
        <TextField form={form} name="lastName" label={t('people.lastName')} autoComplete="family-name" max={100} />
        <TextField form={form} name="email" label={t('entry.email')} type="email" autoComplete="username" />
        <PasswordField form={form} name="password" label={t('entry.password')} fresh />
        <Advice password={form.values.password} words={[form.values.email, form.values.firstName, form.values.lastName, business]} />
      </Form>
      <div className="entry-ways">
        <Link to={paths.signIn} className="linkish">
          {t('link.toSignIn')}
        </Link>
      </div>
    </Gate>
  )
}
