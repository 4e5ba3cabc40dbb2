/** The first second factor, where the role asks for one: scan, confirm, keep the codes, and in. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { post } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { TotpEnrolment } from '@/api/shapes'
import { CodeField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { Codes } from '@/pages/factors/codes'
import { checkCode } from '@/pages/factors/said'
import { Scan } from '@/pages/factors/scan'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { Gate } from './gate'
import { answer, type SecondStep } from './second-step'

export function EnrolStep({ challenge, onIn, onOver, onBack }: SecondStep) {
  // Asked once: each asking makes another key.
  const enrolment = useQuery({ queryKey: ['enrolment', challenge.challenge], queryFn: () => post<TotpEnrolment>('/auth/challenge/enrol', { challenge: challenge.challenge }), staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false, retry: false })
  const over = enrolment.isError && asProblem(enrolment.error).code === 'challenge_over'
  useEffect(() => {
    if (over) onOver()
    // eslint-disable-next-line react-hooks/exhaustive-deps -- said once.
  }, [over])
  const form = useForm({
    initial: { code: '' },
    check: ({ code }) => checkCode('totp', code),
    send: ({ code }) => answer('enrol/confirm', challenge.challenge, code.trim(), () => form.set('code', ''), onOver),
    onDone: onIn,
  })
  return (
    <Gate title={t('factor.enrolTitle')} lead={t('factor.enrolMust')}>
      <Part query={enrolment} lines={6}>
        {(data) => (
          <>
            <Scan enrolment={data} />
            <Form form={form} deed={t('factor.enrolDeed')} label={t('factor.enrolTitle')} wide>
              <CodeField form={form} name="code" kind="totp" label={t('factor.first')} />
            </Form>
          </>
        )}
      </Part>
      <div className="entry-ways">
        <button type="button" className="linkish" onClick={onBack}>
          {t('factor.otherAccount')}
        </button>
      </div>
    </Gate>
  )
}

export function KeepStep({ codes, email, onDone }: { codes: string[]; email: string; onDone: () => void }) {
  const [kept, setKept] = useState(false)
  return (
    <Gate title={t('factor.codesTitle')} lead={t('factor.codesLead')}>
      <Codes codes={codes} email={email} kept={kept} onKept={setKept} />
      <Button look="primary" className="btn-wide" refuse={!kept && t('factor.keepFirst')} onClick={onDone}>
        {t('factor.goOn')}
      </Button>
    </Gate>
  )
}
