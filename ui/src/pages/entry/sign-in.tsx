/** Sign-in: two fields or another's word for who one is, a second step where it is asked for, and back to where one was going. */
import { Link, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { post } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Businesses, Challenge, FirstStep, SignedIn } from '@/api/shapes'
import { CheckField, PasswordField, TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { useAutofill } from '@/pages/passkeys/autofill'
import { PasskeyButton } from '@/pages/passkeys/button'
import { PasskeysElsewhere } from '@/pages/passkeys/elsewhere'
import { usePasskeys } from '@/pages/passkeys/ways'
import { ProviderButtons } from '@/pages/providers/buttons'
import { paths } from '@/paths'
import { isDesktop } from '@/shell'
import { ChooseBusiness } from './choose-business'
import { EnrolStep, KeepStep } from './enrol-step'
import { useEntering } from './entering'
import { Gate } from './gate'
import { PuzzleBox, useSolved } from './puzzle'
import { useRegistration } from './register'
import { SealedStep } from './sealed'
import { CodeStep } from './second-step'

const noteOf = ({ lapsed, said }: { lapsed?: string; said?: string }) =>
  lapsed ? { note: t('entry.lapsed') } : said === 'reset' ? { note: t('link.saidReset') } : said === 'invitation' ? { note: t('link.saidInvitation') } : {}

type Step = { at: 'password'; note?: string } | { at: 'second'; challenge: Challenge } | { at: 'sealed' }
type Named = Exclude<FirstStep, Businesses>

export function SignIn() {
  const search = useSearch({ strict: false }) as { next?: string; lapsed?: string; said?: string }
  const [email, setEmail] = useState('')
  const [step, setStep] = useState<Step>({ at: 'password', ...noteOf(search) })
  const { enter, codes, land } = useEntering(search.next)
  const over = () => setStep({ at: 'password', note: t('factor.over') })
  const back = () => setStep({ at: 'password' })

  if (codes) return <KeepStep codes={codes} email={email} onDone={land} />
  if (step.at === 'sealed') return <SealedStep onIn={enter} onBack={back} />
  if (step.at === 'second') {
    const props = { challenge: step.challenge, onIn: enter, onOver: over, onBack: back }
    return step.challenge.enrol ? <EnrolStep {...props} /> : <CodeStep {...props} />
  }
  return (
    <Password
      email={email}
      note={step.note}
      next={search.next}
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

type Props = { email: string; note: string | undefined; next: string | undefined; onIn: (reply: SignedIn) => void; onSealed: () => void; onNext: (reply: Named, email: string) => void }
function Password({ email, note, next, onIn, onSealed, onNext }: Props) {
  const passkeys = usePasskeys().here
  const registration = useRegistration()
  const { puzzle, solved } = useSolved()
  const submit = useRef<() => void>(() => undefined)
  const [choice, setChoice] = useState<Businesses['businesses']>()
  const business = useRef('')
  const form = useForm({
    initial: { email, password: '', rememberMe: isDesktop },
    check: (values) => ({ ...(values.email.trim() ? {} : { email: t('common.required') }), ...(values.password ? {} : { password: t('common.required') }) }),
    send: async (values) => {
      try {
        return await solved((token) => post<FirstStep>('/auth/login', { ...values, email: values.email.trim(), ...(business.current ? { business: business.current } : {}), ...token }))
      } catch (error) {
        if (error instanceof Problem && error.unauthenticated) throw new Problem(401, { title: t('entry.wrong'), code: error.code })
        throw error
      }
    },
    onDone: (reply, values) => ('businesses' in reply ? setChoice(reply.businesses) : onNext(reply, values.email.trim())),
  })
  submit.current = form.submit
  const { rememberMe } = form.values
  const stopFilling = useAutofill(passkeys, () => rememberMe, onIn)
  if (choice)
    return (
      <ChooseBusiness
        businesses={choice}
        form={form}
        onPick={(id) => {
          business.current = id
          form.submit()
        }}
        onBack={() => {
          business.current = ''
          setChoice(undefined)
        }}
      />
    )
  return (
    <Gate title={t('entry.signIn')}>
      {note && <p className="form-note entry-said" role="status">{note}</p>}
      <Form form={form} deed={t('entry.signIn')} label={t('entry.signIn')} wide>
        <TextField form={form} name="email" label={t('entry.email')} type="email" autoComplete={passkeys ? 'username webauthn' : 'username'} autoFocus={!email} />
        <PasswordField form={form} name="password" label={t('entry.password')} autoFocus={email !== ''} />
        <CheckField form={form} name="rememberMe" label={t('entry.remember')} />
        {puzzle && <PuzzleBox key={puzzle.round} puzzle={puzzle} onSolved={() => submit.current()} />}
      </Form>
      <div className="entry-or">
        {passkeys && (
          <PasskeyButton label={t('passkey.signIn')} begin={{ path: '/auth/passkey/begin' }} before={stopFilling} answer={(token, credential) => post<SignedIn>('/auth/passkey', { token, credential, rememberMe })} onDone={onIn} />
        )}
        <ProviderButtons email={form.values.email} rememberMe={rememberMe} next={next} before={stopFilling} onDone={(reply) => 'businesses' in reply || onNext(reply, form.values.email.trim())} />
      </div>
      <div className="entry-ways">
        <Link to={paths.forgot} className="linkish">
          {t('link.forgot')}
        </Link>
        {registration.data?.open && (
          <Link to={paths.register} className="linkish">
            {t('register.link')}
          </Link>
        )}
        <button type="button" className="linkish" onClick={onSealed}>
          {t('sealed.link')}
        </button>
      </div>
      {isDesktop && <PasskeysElsewhere className="entry-note" />}
    </Gate>
  )
}
