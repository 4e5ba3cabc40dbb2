/** Where a provider sends people back to: the way in is finished here, or said plainly why it is not. */
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { post } from '@/api/client'
import type { Challenge, FirstStep, Identity } from '@/api/shapes'
import { t } from '@/i18n'
import { EnrolStep, KeepStep } from '@/pages/entry/enrol-step'
import { inside, useEntering } from '@/pages/entry/entering'
import { Gate } from '@/pages/entry/gate'
import { CodeStep } from '@/pages/entry/second-step'
import { paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Bones, Failure } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { begin, standing } from '@/session'
import { forgetArrived, keptNext, saidOf, sentenceOf, takeArrived, type Arrived } from './said'

let finishing: Promise<FirstStep | Identity> | undefined
/** Once: what came back can be used a single time. */
const finish = ({ code, purpose }: Arrived) =>
  (finishing ??= (purpose === 'link' ? begin().then(() => post<Identity>('/auth/identities/finish', { code })) : post<FirstStep>('/auth/providers/finish', { code })).finally(() => {
    forgetArrived()
    finishing = undefined
  }))

export function ComeBack() {
  const [arrived] = useState(takeArrived)
  const { enter, codes, land } = useEntering(keptNext())
  const [challenge, setChallenge] = useState<Challenge>()
  const [problem, setProblem] = useState<unknown>()
  const go = useNavigate()
  const { code, purpose } = arrived
  useEffect(() => {
    if (!code) return
    let here = true
    finish(arrived).then(
      (reply) => {
        if (!here) return
        if ('challenge' in reply) setChallenge(reply)
        else if ('user' in reply) enter(reply)
        else if ('provider' in reply) {
          toast({ text: t('elsewhere.linked', { name: reply.provider.name }) })
          void go({ href: `${paths.account}#identities`, replace: true })
        }
      },
      (error: unknown) => here && setProblem(saidOf(error)),
    )
    return () => {
      here = false
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what came back is finished once.
  }, [])
  const link = purpose === 'link'
  const way = link && standing.get() !== 'out' ? `${paths.account}#identities` : signInAgain()
  if (codes) return <KeepStep codes={codes} email="" onDone={land} />
  if (challenge) {
    const props = { challenge, onIn: enter, onOver: () => void go({ href: signInAgain(), replace: true }), onBack: () => void go({ href: signInAgain(), replace: true }) }
    return challenge.enrol ? <EnrolStep {...props} /> : <CodeStep {...props} />
  }
  if (!code || problem !== undefined)
    return (
      <Gate title={t(arrived.error === 'cancelled' ? 'elsewhere.cancelledTitle' : link ? 'elsewhere.notLinked' : 'elsewhere.notIn')}>
        <div className="form">
          {problem !== undefined ? <Failure problem={problem} small /> : <p role="status">{sentenceOf(arrived.error || 'sign_in_over')}</p>}
          <ButtonLink to={way}>{t(link ? 'elsewhere.toAccount' : 'elsewhere.toSignIn')}</ButtonLink>
        </div>
      </Gate>
    )
  return (
    <Gate title={t(link ? 'elsewhere.linking' : 'elsewhere.signingIn')}>
      <Bones lines={3} />
    </Gate>
  )
}

function signInAgain() {
  const next = inside(keptNext())
  return next === '/' ? paths.signIn : `${paths.signIn}?${new URLSearchParams({ next })}`
}
