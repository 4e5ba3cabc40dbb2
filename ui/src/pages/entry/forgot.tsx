/** A forgotten password: a link by mail. It says the same whether or not there is such an account. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '@/api/client'
import { TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Gate } from './gate'

export function Forgot() {
  const [sent, setSent] = useState('')
  const form = useForm({
    initial: { email: '' },
    check: ({ email }) => (email.trim() ? {} : { email: t('common.required') }),
    send: ({ email }) => post('/auth/password/forgot', { email: email.trim() }),
    onDone: (_, { email }) => setSent(email.trim()),
  })
  if (sent)
    return (
      <Gate title={t('link.sentTitle')} lead={t('link.sent', { email: sent })}>
        <ButtonLink to={paths.signIn}>{t('link.toSignIn')}</ButtonLink>
      </Gate>
    )
  return (
    <Gate title={t('link.forgotTitle')} lead={t('link.forgotLead')}>
      <Form form={form} deed={t('link.forgotDeed')} label={t('link.forgotTitle')} wide>
        <TextField form={form} name="email" label={t('entry.email')} type="email" autoComplete="username" autoFocus />
      </Form>
      <div className="entry-ways">
        <Link to={paths.signIn} className="linkish">
          {t('link.toSignIn')}
        </Link>
      </div>
    </Gate>
  )
}
