/** Behind the link of the mail about a new device: it was not me. Everything ends at once, and another password is chosen on the spot. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'
import type { Disowned, LinkState } from '@/api/shapes'
import { PasswordField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { takeToken } from '@/lib/link-token'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { Failure, Part } from '@/parts/states'
import { Advice } from './advice'
import { Gate } from './gate'

export function NotMe() {
  const [token] = useState(takeToken)
  const link = useQuery({ queryKey: ['link', token], queryFn: () => post<LinkState>('/auth/link', { token }), enabled: token !== '', staleTime: Infinity, gcTime: 0, retry: false })
  const [reset, setReset] = useState<string>()
  if (reset) return <Choose token={reset} email={link.data?.email ?? ''} />
  if (token === '' || (link.data && (!link.data.valid || link.data.purpose !== 'disown')))
    return (
      <Gate title={t('link.overTitle')} lead={t('link.overDisown')}>
        <ButtonLink to={paths.forgot}>{t('link.forgotTitle')}</ButtonLink>
      </Gate>
    )
  return (
    <Gate title={t('link.notMeTitle')} lead={t('link.notMeLead', { email: link.data?.email ?? '' })}>
      <Part query={link}>{() => <Disown token={token} onDone={setReset} />}</Part>
    </Gate>
  )
}

function Disown({ token, onDone }: { token: string; onDone: (reset: string) => void }) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const run = () => {
    setBusy(true)
    post<Disowned>('/auth/disown', { token }).then(
      ({ resetToken }) => onDone(resetToken),
      (error: unknown) => (setProblem(asProblem(error)), setBusy(false)),
    )
  }
  return (
    <div className="form">
      <Button look="danger" className="btn-wide" busy={busy} onClick={run}>
        {t('link.notMeDeed')}
      </Button>
      {problem && <Failure problem={problem} small />}
      <div className="entry-ways">
        <Link to={paths.signIn} className="linkish">
          {t('link.wasMe')}
        </Link>
      </div>
    </div>
  )
}

function Choose({ token, email }: { token: string; email: string }) {
  const go = useNavigate()
  const form = useForm({
    initial: { newPassword: '' },
    check: ({ newPassword }) => (newPassword ? {} : { newPassword: t('common.required') }),
    send: ({ newPassword }) => post('/auth/password/reset', { token, newPassword }),
    onDone: () => void go({ to: paths.signIn, search: { said: 'reset' } as never, replace: true }),
  })
  return (
    <Gate title={t('link.disownedTitle')} lead={t('link.disownedLead')}>
      <Form form={form} deed={t('link.choose')} label={t('link.disownedTitle')} wide>
        <PasswordField form={form} name="newPassword" label={t('own.newPassword')} fresh autoFocus />
        <Advice password={form.values.newPassword} token={token} words={[email]} />
      </Form>
    </Gate>
  )
}
