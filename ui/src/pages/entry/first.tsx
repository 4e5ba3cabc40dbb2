/** What has to be done before anything else: another password, or a proved address. Nothing else is offered, since all of it would be refused. */
import { useState } from 'react'
import { get, post } from '@/api/client'
import type { Me } from '@/api/shapes'
import { PasswordField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { Failure } from '@/parts/states'
import { me, signOut, useMe } from '@/session'
import { Advice } from './advice'
import { Gate } from './gate'

const again = async () => me.set(await get<Me>('/auth/me'))

export function FirstThings() {
  const user = useMe()
  return user.first === 'email_unverified' ? <Prove user={user} /> : <Change user={user} />
}

const Out = () => (
  <div className="entry-ways">
    <button type="button" className="linkish" onClick={() => void signOut()}>
      {t('frame.signOut')}
    </button>
  </div>
)

function Change({ user }: { user: Me }) {
  const form = useForm({
    initial: { currentPassword: '', newPassword: '' },
    check: (values) => Object.fromEntries((['currentPassword', 'newPassword'] as const).filter((name) => !values[name]).map((name) => [name, t('common.required')])),
    send: async (values) => {
      await post('/auth/password', values)
      await again()
    },
    onDone: () => undefined,
  })
  return (
    <Gate title={t('link.mustTitle')} lead={t('link.mustLead')}>
      <Form form={form} deed={t('own.change')} label={t('link.mustTitle')} wide>
        <PasswordField form={form} name="currentPassword" label={t('own.currentPassword')} autoFocus />
        <PasswordField form={form} name="newPassword" label={t('own.newPassword')} fresh />
        <Advice password={form.values.newPassword} words={[user.email, user.firstName, user.lastName, user.tenant.name]} />
      </Form>
      <Out />
    </Gate>
  )
}

function Prove({ user }: { user: Me }) {
  return (
    <Gate title={t('link.proveTitle')} lead={t('link.proveLead', { email: user.email })}>
      <div className="form">
        <SendProof />
        <Button look="primary" className="btn-wide" onClick={() => void again().catch(() => undefined)}>
          {t('link.proved')}
        </Button>
      </div>
      <Out />
    </Gate>
  )
}

/** Sends the mail that proves one's own address; says when it may be asked for again. */
export function SendProof({ small }: { small?: boolean }) {
  const [state, setState] = useState<'idle' | 'busy' | 'sent'>('idle')
  const [problem, setProblem] = useState<unknown>()
  const send = () => {
    setState('busy')
    setProblem(undefined)
    post('/auth/email/send').then(
      () => setState('sent'),
      (error: unknown) => (setState('idle'), setProblem(error)),
    )
  }
  return (
    <>
      {state === 'sent' ? <p role="status">{t('link.proofSent')}</p> : <Button small={small ?? false} busy={state === 'busy'} onClick={send}>{t('link.sendProof')}</Button>}
      {problem !== undefined && <Failure problem={problem} small />}
    </>
  )
}
