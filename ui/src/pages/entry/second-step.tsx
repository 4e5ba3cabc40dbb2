/** The second step: a code of the app, or one of the codes on paper. */
import { useState } from 'react'
import { post } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { Challenge, SignedIn } from '@/api/shapes'
import { CodeField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { checkCode, withCode, type CodeKind } from '@/pages/factors/said'
import { Button } from '@/parts/button'
import { Gate } from './gate'

export type SecondStep = { challenge: Challenge; onIn: (reply: SignedIn) => void; onOver: () => void; onBack: () => void }

/** Sends an answer; when the challenge is over, back to the password. */
export async function answer(way: 'totp' | 'backup' | 'enrol/confirm', challenge: string, code: string, clear: () => void, onOver: () => void): Promise<SignedIn> {
  try {
    return await withCode(way === 'backup' ? 'backup' : 'totp', clear, () => post<SignedIn>(`/auth/challenge/${way}`, { challenge, code }))
  } catch (error) {
    if (asProblem(error).code === 'challenge_over') onOver()
    throw error
  }
}

export function CodeStep({ challenge, onIn, onOver, onBack }: SecondStep) {
  const kinds = (['totp', 'backup'] as const).filter((kind) => challenge.methods.includes(kind))
  const [kind, setKind] = useState<CodeKind>(kinds[0] ?? 'totp')
  const form = useForm({
    initial: { code: '' },
    check: ({ code }) => checkCode(kind, code),
    send: ({ code }) => answer(kind, challenge.challenge, code.trim(), () => form.set('code', ''), onOver),
    onDone: onIn,
  })
  const app = kind === 'totp'
  const other = kinds.find((one) => one !== kind)
  if (kinds.length === 0)
    return (
      <Gate title={t('factor.codeTitle')} lead={t('factor.noWay')}>
        <Button onClick={onBack}>{t('factor.otherAccount')}</Button>
      </Gate>
    )
  return (
    <Gate title={t(app ? 'factor.codeTitle' : 'factor.backupTitle')} lead={t(app ? 'factor.codeLead' : 'factor.backupLead')}>
      <Form form={form} deed={t('entry.signIn')} label={t('entry.signIn')} wide>
        <CodeField key={kind} form={form} name="code" kind={kind} label={t(app ? 'factor.code' : 'factor.backupCode')} autoFocus />
      </Form>
      <div className="entry-ways">
        {other && (
          <button type="button" className="linkish" onClick={() => (form.reset({ code: '' }), setKind(other))}>
            {t(other === 'totp' ? 'factor.useApp' : 'factor.useBackup')}
          </button>
        )}
        <button type="button" className="linkish" onClick={onBack}>
          {t('factor.otherAccount')}
        </button>
      </div>
    </Gate>
  )
}
