/** Sign-in: two fields, a second step where the account or the role asks for one, and back to where one was going. */
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Challenge, FirstStep, SignedIn } from '@/api/shapes'
import { CheckField, PasswordField, TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { useAutofill } from '@/pages/passkeys/autofill'
import { PasskeyButton } from '@/pages/passkeys/button'
import { usePasskeys } from '@/pages/passkeys/ways'
import { paths } from '@/paths'
import { toast } from '@/parts/toasts'
import { signedIn } from '@/session'
import { isDesktop } from '@/shell'
import { EnrolStep, KeepStep } from './enrol-step'
import { Gate } from './gate'
import { SealedStep } from './sealed'
import { CodeStep } from './second-step'

/** Only a path of our own: an address from outside must not decide where a person lands. */
const inside = (next: string | undefined) => (next && /^\/(?![/\\])/.test(next) ? next : '/')
/** From here on new backup codes are offered. */
const FEW = 3

const noteOf = ({ lapsed, said }: { lapsed?: string; said?: string }) =>
  lapsed ? { note: t('entry.lapsed') } : said === 'reset' ? { note: t('link.saidReset') } : said === 'invitation' ? { note: t('link.saidInvitation') } : {}

type Step = { at: 'password'; note?: string } | { at: 'second'; challenge: Challenge } | { at: 'keep'; codes: string[] } | { at: 'sealed' }

export function SignIn() {
  const search = useSearch({ strict: false }) as { next?: string; lapsed?: string; said?: string }
  const go = useNavigate()
  const client = useQueryClient()
  const [email, setEmail] = useState('')
  const [step, setStep] = useState<Step>({ at: 'password', ...noteOf(search) })
  const land = () => void go({ href: inside(search.next), replace: true })
  const enter = (reply: SignedIn) => {
    client.clear()
    signedIn(reply)
    if (reply.backupCodes && reply.backupCodes.length > 0) return setStep({ at: 'keep', codes: reply.backupCodes })
    const left = reply.backupCodesLeft ?? Infinity
    if (left <= FEW) toast({ text: t('factor.fewLeft', { n: left }), link: { to: paths.account, label: t('factor.makeNew') } })
    land()
  }
  const over = () => setStep({ at: 'password', note: t('factor.over') })
  const back = () => setStep({ at: 'password' })

  if (step.at === 'keep') return <KeepStep codes={step.codes} email={email} onDone={land} />
  if (step.at === 'sealed') return <SealedStep onIn={enter} onBack={back} />
  if (step.at === 'second') {
    const props = { challenge: step.challenge, onIn: enter, onOver: over, onBack: back }
    return step.challenge.enrol ? <EnrolStep {...props} /> : <CodeStep {...props} />
  }
  return (
    <Password
      email={email}
      note={step.note}
      onIn={enter}
      onSealed={() => setStep({ at: 'sealed' })}
      onNext={(reply, given) => {
        setEmail(given)
        if ('challenge' in reply) setStep({ at: 'second', challenge: reply })
        else enter(reply)
      }}
    />
  )
}

type Props = { email: string; note: string | undefined; onIn: (reply: SignedIn) => void; onSealed: () => void; onNext: (reply: FirstStep, email: string) => void }
function Password({ email, note, onIn, onSealed, onNext }: Props) {
  const passkeys = usePasskeys().here
  const form = useForm({
    initial: { email, password: '', rememberMe: isDesktop },
    check: (values) => ({ ...(values.email.trim() ? {} : { email: t('common.required') }), ...(values.password ? {} : { password: t('common.required') }) }),
    send: async (values) => {
      try {
        return await post<FirstStep>('/auth/login', { ...values, email: values.email.trim() })
      } catch (error) {
        if (error instanceof Problem && error.unauthenticated) throw new Problem(401, { title: t('entry.wrong'), code: error.code })
        throw error
      }
    },
    onDone: (reply, values) => onNext(reply, values.email.trim()),
  })
  const { rememberMe } = form.values
  const stopFilling = useAutofill(passkeys, () => rememberMe, onIn)
  return (
    <Gate title={t('entry.signIn')}>
      {note && <p className="form-note entry-said" role="status">{note}</p>}
      <Form form={form} deed={t('entry.signIn')} label={t('entry.signIn')} wide>
        <TextField form={form} name="email" label={t('entry.email')} type="email" autoComplete={passkeys ? 'username webauthn' : 'username'} autoFocus={!email} />
        <PasswordField form={form} name="password" label={t('entry.password')} autoFocus={email !== ''} />
        <CheckField form={form} name="rememberMe" label={t('entry.remember')} />
      </Form>
      {passkeys && (
        <div className="entry-or">
          <PasskeyButton label={t('passkey.signIn')} begin={{ path: '/auth/passkey/begin' }} before={stopFilling} answer={(token, credential) => post<SignedIn>('/auth/passkey', { token, credential, rememberMe })} onDone={onIn} />
        </div>
      )}
      <div className="entry-ways">
        <Link to={paths.forgot} className="linkish">
          {t('link.forgot')}
        </Link>
        {/* In the window the session has to begin in the shell, which takes none from a sealed code. */}
        {!isDesktop && (
          <button type="button" className="linkish" onClick={onSealed}>
            {t('sealed.link')}
          </button>
        )}
      </div>
    </Gate>
  )
}
