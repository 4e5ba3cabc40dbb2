/** The second step: a code of the app, or one of the codes on paper. */
import { useState } from 'react'
import { post } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { Challenge, SentCode, SignedIn } from '@/api/shapes'
import { CodeField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { checkCode, withCode, type CodeKind } from '@/pages/factors/said'
import { isSent, Sent } from '@/pages/factors/sent'
import { Button } from '@/parts/button'
import { PasskeyButton } from '@/pages/passkeys/button'
import { PasskeysElsewhere } from '@/pages/passkeys/elsewhere'
import { usePasskeys } from '@/pages/passkeys/ways'
import { Gate } from './gate'

export type SecondStep = { challenge: Challenge; onIn: (reply: SignedIn) => void; onOver: () => void; onBack: () => void }

/** Sends an answer; when the challenge is over, back to the password. */
export async function answer(way: 'totp' | 'email' | 'sms' | 'backup' | 'enrol/confirm', challenge: string, code: string, clear: () => void, onOver: () => void): Promise<SignedIn> {
  try {
    return await withCode(way === 'enrol/confirm' ? 'totp' : way, clear, () => post<SignedIn>(`/auth/challenge/${way}`, { challenge, code }))
  } catch (error) {
    if (asProblem(error).code === 'challenge_over') onOver()
    throw error
  }
}

export const useInstead = { totp: 'factor.useApp', email: 'factor.useMail', sms: 'factor.useText', backup: 'factor.useBackup', passkey: 'passkey.useInstead' } as const

export function CodeStep({ challenge, onIn, onOver, onBack }: SecondStep) {
  const passkeysHere = usePasskeys().here
  const kinds = (['totp', 'email', 'sms', 'backup'] as const).filter((kind) => challenge.methods.includes(kind))
  const byPasskey = challenge.methods.includes('passkey')
  const passkey = byPasskey && passkeysHere
  const [kind, setKind] = useState<CodeKind | 'passkey'>((kinds[0] && kinds[0] !== 'backup') || !passkey ? (kinds[0] ?? 'totp') : 'passkey')
  const code = kind === 'passkey' ? 'totp' : kind
  const form = useForm({
    initial: { code: '' },
    check: (values) => checkCode(code, values.code),
    send: (values) => answer(code, challenge.challenge, values.code.trim(), () => form.set('code', ''), onOver),
    onDone: onIn,
  })
  const app = kind === 'totp'
  const others = [...kinds, ...(passkey ? (['passkey'] as const) : [])].filter((one) => one !== kind)
  if (kinds.length === 0 && !passkey)
    return (
      <Gate title={t('factor.codeTitle')} lead={t('factor.noWay')}>
        {byPasskey && <PasskeysElsewhere className="entry-note" />}
        <Button onClick={onBack}>{t('factor.otherAccount')}</Button>
      </Gate>
    )
  return (
    <Gate title={t(kind === 'passkey' ? 'passkey.title' : kind === 'backup' ? 'factor.backupTitle' : 'factor.codeTitle')} lead={isSent(kind) ? undefined : t(kind === 'passkey' ? 'passkey.lead' : app ? 'factor.codeLead' : 'factor.backupLead')}>
      {kind === 'passkey' ? (
        <div className="form">
          <PasskeyButton
            main
            label={t('passkey.use')}
            begin={{ path: '/auth/challenge/passkey/begin', body: { challenge: challenge.challenge } }}
            answer={(_, credential) => post<SignedIn>('/auth/challenge/passkey', { challenge: challenge.challenge, credential })}
            onDone={onIn}
            onOver={onOver}
          />
        </div>
      ) : (
        <Form form={form} deed={t('entry.signIn')} label={t('entry.signIn')} wide>
          {isSent(kind) && <Sent key={kind} kind={kind} id={challenge.challenge} send={() => post<SentCode>('/auth/challenge/send', { challenge: challenge.challenge, method: kind })} onOver={onOver} />}
          <CodeField key={`code-${kind}`} form={form} name="code" kind={kind === 'backup' ? 'backup' : 'totp'} label={t(kind === 'backup' ? 'factor.backupCode' : 'factor.code')} autoFocus />
        </Form>
      )}
      <div className="entry-ways">
        {others.map((other) => (
          <button key={other} type="button" className="linkish" onClick={() => (form.reset({ code: '' }), setKind(other))}>
            {t(useInstead[other])}
          </button>
        ))}
        <button type="button" className="linkish" onClick={onBack}>
          {t('factor.otherAccount')}
        </button>
      </div>
      {byPasskey && <PasskeysElsewhere className="entry-note" />}
    </Gate>
  )
}
