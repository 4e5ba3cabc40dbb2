/** Choosing a password behind a link: after forgetting it, or after an invitation. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '@/api/client'
import type { LinkState } from '@/api/shapes'
import { PasswordField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { takeToken } from '@/lib/link-token'
import { paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { Advice } from './advice'
import { Gate } from './gate'

type Way = 'reset' | 'invitation'
export const ResetPassword = () => <Choose way="reset" />
export const Invitation = () => <Choose way="invitation" />

function Choose({ way }: { way: Way }) {
  const [token] = useState(takeToken)
  const link = useQuery({ queryKey: ['link', token], queryFn: () => post<LinkState>('/auth/link', { token }), enabled: token !== '', staleTime: Infinity, gcTime: 0, retry: false })
  if (token === '' || (link.data && (!link.data.valid || (link.data.purpose && !link.data.purpose.startsWith(way === 'reset' ? 'reset' : 'invit'))))) return <Over way={way} />
  if (link.data) return <Chosen way={way} token={token} link={link.data} />
  return (
    <Gate title={t('link.resetTitle')}>
      <Part query={link} lines={3}>
        {() => null}
      </Part>
    </Gate>
  )
}

const Over = ({ way }: { way: Way }) => (
  <Gate title={t('link.overTitle')} lead={t(way === 'reset' ? 'link.overReset' : 'link.overInvitation')}>
    {way === 'reset' ? <ButtonLink look="primary" to={paths.forgot}>{t('link.askNew')}</ButtonLink> : <ButtonLink to={paths.signIn}>{t('link.toSignIn')}</ButtonLink>}
  </Gate>
)

function Chosen({ way, token, link }: { way: Way; token: string; link: LinkState }) {
  const go = useNavigate()
  // The engine's own names, so that what it says of the password lands beside it.
  const name = way === 'reset' ? 'newPassword' : 'password'
  const form = useForm({
    initial: { [name]: '' } as Record<string, string>,
    check: (values) => (values[name] ? {} : { [name]: t('common.required') }),
    send: (values) => post(way === 'reset' ? '/auth/password/reset' : '/auth/invitation/accept', { token, ...values }),
    onDone: () => {
      void go({ to: paths.signIn, search: { said: way } as never, replace: true })
    },
  })
  const title = way === 'reset' ? t('link.resetTitle') : t('link.invitationTitle', { business: link.business ?? 'Purser' })
  return (
    <Gate title={title} lead={t(way === 'reset' ? 'link.resetLead' : 'link.invitationLead', { email: link.email ?? '' })}>
      <Form form={form} deed={t('link.choose')} label={title} wide>
        {/* For the browser's own keeper of passwords. */}
        <input className="unseen" type="email" autoComplete="username" value={link.email ?? ''} readOnly tabIndex={-1} aria-hidden />
        <PasswordField form={form} name={name} label={t('own.newPassword')} fresh autoFocus />
        <Advice password={form.values[name] ?? ''} token={token} />
      </Form>
    </Gate>
  )
}
