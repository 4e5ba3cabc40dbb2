/** Renaming and removing a second factor, and new backup codes. What weakens the account takes the password and a code. */
import { useState } from 'react'
import { patch, post } from '@/api/client'
import { asProblem, Problem } from '@/api/problem'
import type { BackupCodes, Factor } from '@/api/shapes'
import { CodeField, PasswordField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm, type Form } from '@/forms/use-form'
import { t } from '@/i18n'
import { toast } from '@/parts/toasts'
import { KeepCodes } from './keep'
import { withCode } from './said'

export function RenameFactor({ factor, onClose }: { factor: Factor; onClose: () => void }) {
  const form = useForm({
    initial: { name: factor.name },
    check: ({ name }) => (name.trim() ? {} : { name: t('common.required') }),
    send: ({ name }) => patch(`/auth/factors/${factor.id}`, { name: name.trim() }),
    onDone: (_, { name }) => {
      toast({ text: t('factor.renamed', { name: name.trim() }) })
      onClose()
    },
  })
  return (
    <FormDialog form={form} title={t('factor.renameTitle', { name: factor.name })} deed={t('factor.rename')} onClose={onClose} refuse={!form.dirty && t('common.noChange')}>
      <TextField form={form} name="name" label={t('factor.name')} max={60} autoFocus />
    </FormDialog>
  )
}

type Proof = { password: string; code: string }
const noProof: Proof = { password: '', code: '' }
/** Sends the proof; the code only where none was given within the last minutes. */
async function withProof<T>(form: () => Form<Proof>, { password, code }: Proof, ask: (proof: { password: string; code?: string }) => Promise<T>): Promise<T> {
  try {
    return await withCode('backup', () => form().set('code', ''), () => ask({ password, ...(code.trim() ? { code: code.trim() } : {}) }))
  } catch (error) {
    const problem = asProblem(error)
    if (problem.errors.some((one) => one.field === 'password' && one.code === 'wrong'))
      throw new Problem(400, { code: problem.code, title: t('own.wrongPassword'), errors: [{ field: 'password', code: 'wrong', message: t('own.wrongPassword') }] })
    throw error
  }
}
const checkProof = (fresh: boolean) => (proof: Proof) => ({ ...(proof.password ? {} : { password: t('common.required') }), ...(fresh || proof.code.trim() ? {} : { code: t('common.required') }) })

const ProofFields = ({ form, fresh }: { form: Form<Proof>; fresh: boolean }) => (
  <>
    <PasswordField form={form} name="password" label={t('own.currentPassword')} />
    {!fresh && <CodeField form={form} name="code" kind="backup" label={t('factor.proof')} />}
  </>
)

export function RemoveFactor({ factor, last, fresh, onClose }: { factor: Factor; last: boolean; fresh: boolean; onClose: () => void }) {
  const form: Form<Proof> = useForm({
    initial: noProof,
    passing: true,
    check: checkProof(fresh),
    send: (values) => withProof(() => form, values, (proof) => post(`/auth/factors/${factor.id}/remove`, proof)),
    onDone: () => {
      toast({ text: t('factor.removed', { name: factor.name }) })
      onClose()
    },
  })
  return (
    <FormDialog form={form} title={t('factor.removeTitle', { name: factor.name })} lead={last ? `${t('factor.removeLead')} ${t('factor.removeLast')}` : t('factor.removeLead')} deed={t('factor.remove')} danger onClose={onClose}>
      <ProofFields form={form} fresh={fresh} />
    </FormDialog>
  )
}

export function RenewCodes({ fresh, onClose }: { fresh: boolean; onClose: () => void }) {
  const [codes, setCodes] = useState<string[]>()
  const form: Form<Proof> = useForm({
    initial: noProof,
    passing: true,
    check: checkProof(fresh),
    send: (values) => withProof(() => form, values, (proof) => post<BackupCodes>('/auth/factors/backup-codes', proof)),
    onDone: ({ backupCodes }) => setCodes(backupCodes),
  })
  if (codes) return <KeepCodes codes={codes} onClose={onClose} />
  return (
    <FormDialog form={form} title={t('factor.renewTitle')} lead={t('factor.renewLead')} deed={t('factor.renewDeed')} onClose={onClose}>
      <ProofFields form={form} fresh={fresh} />
    </FormDialog>
  )
}
