/** Adding an authenticator app: a name, the key to scan, the first code, and the backup codes that come with the first app. */
import { useState } from 'react'
import { post } from '@/api/client'
import { asProblem, Problem } from '@/api/problem'
import type { BackupCodes, TotpEnrolment } from '@/api/shapes'
import { CodeField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { toast } from '@/parts/toasts'
import { KeepCodes } from './keep'
import { checkCode, withCode } from './said'
import { Scan } from './scan'

type Step = { enrolment: TotpEnrolment; name: string } | { codes: string[] }

export function AddApp({ first, onClose }: { first: boolean; onClose: () => void }) {
  const [step, setStep] = useState<Step>()
  if (!step) return <Name first={first} onClose={onClose} onNext={(enrolment, name) => setStep({ enrolment, name })} />
  if ('codes' in step) return <KeepCodes codes={step.codes} onClose={onClose} />
  return (
    <Confirm
      enrolment={step.enrolment}
      onClose={onClose}
      onDone={(codes) => {
        toast({ text: t('factor.added', { name: step.name }) })
        if (codes.length > 0) setStep({ codes })
        else onClose()
      }}
    />
  )
}

function Name({ first, onClose, onNext }: { first: boolean; onClose: () => void; onNext: (enrolment: TotpEnrolment, name: string) => void }) {
  const form = useForm({
    initial: { name: first ? t('factor.defaultName') : '' },
    check: ({ name }) => (name.trim() ? {} : { name: t('common.required') }),
    send: ({ name }) => post<TotpEnrolment>('/auth/factors/totp', { name: name.trim() }),
    onDone: (enrolment, { name }) => onNext(enrolment, name.trim()),
  })
  return (
    <FormDialog form={form} title={t('factor.addTitle')} lead={t('factor.addLead')} deed={t('factor.begin')} onClose={onClose}>
      <TextField form={form} name="name" label={t('factor.name')} hint={t('factor.nameHint')} max={60} autoFocus />
    </FormDialog>
  )
}

function Confirm({ enrolment, onClose, onDone }: { enrolment: TotpEnrolment; onClose: () => void; onDone: (codes: string[]) => void }) {
  const form = useForm({
    initial: { code: '' },
    passing: true,
    check: ({ code }) => checkCode('totp', code),
    send: async ({ code }) => {
      try {
        return await withCode('totp', () => form.set('code', ''), () => post<BackupCodes>('/auth/factors/totp/confirm', { code }))
      } catch (error) {
        const problem = asProblem(error)
        if (problem.code === 'nothing_to_confirm') throw new Problem(409, { code: problem.code, title: t('factor.late') })
        throw error
      }
    },
    onDone: ({ backupCodes }) => onDone(backupCodes),
  })
  return (
    <FormDialog form={form} title={t('factor.addTitle')} deed={t('factor.enrolDeed')} onClose={onClose}>
      <Scan enrolment={enrolment} />
      <CodeField form={form} name="code" kind="totp" label={t('factor.first')} />
    </FormDialog>
  )
}
