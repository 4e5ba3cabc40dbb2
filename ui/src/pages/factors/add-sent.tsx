/** Adding codes by mail or text message: where they go, the first one typed back, and the backup codes that come with the first factor. */
import { useState } from 'react'
import { post } from '@/api/client'
import type { BackupCodes, SentCode } from '@/api/shapes'
import { CodeField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { toast } from '@/parts/toasts'
import { KeepCodes } from './keep'
import { checkCode, withCode } from './said'
import { Sent, type SentKind } from './sent'

export function AddSent({ kind, onClose }: { kind: SentKind; onClose: () => void }) {
  const [phone, setPhone] = useState<{ number: string; first: SentCode }>()
  const [codes, setCodes] = useState<string[]>()
  if (codes) return <KeepCodes codes={codes} onClose={onClose} />
  if (kind === 'sms' && !phone) return <Phone onClose={onClose} onNext={(number, first) => setPhone({ number, first })} />
  const done = ({ backupCodes }: BackupCodes) => {
    toast({ text: t('factor.added', { name: word('factorKind', kind) }) })
    if (backupCodes.length > 0) setCodes(backupCodes)
    else onClose()
  }
  return <Confirm kind={kind} {...(phone ? { phone } : {})} onClose={onClose} onDone={done} />
}

function Phone({ onClose, onNext }: { onClose: () => void; onNext: (number: string, first: SentCode) => void }) {
  const form = useForm({
    initial: { phone: '' },
    check: ({ phone }) => (phone.trim() ? {} : { phone: t('common.required') }),
    send: ({ phone }) => post<SentCode>('/auth/factors/sms', { phone: phone.trim() }),
    onDone: (first, { phone }) => onNext(phone.trim(), first),
  })
  return (
    <FormDialog form={form} title={t('factor.smsTitle')} lead={t('factor.smsLead')} deed={t('factor.sendCode')} onClose={onClose}>
      <TextField form={form} name="phone" label={t('people.phone')} type="tel" autoComplete="tel" hint={t('factor.phoneHint')} max={30} autoFocus />
    </FormDialog>
  )
}

type ConfirmProps = { kind: SentKind; phone?: { number: string; first: SentCode }; onClose: () => void; onDone: (codes: BackupCodes) => void }
function Confirm({ kind, phone, onClose, onDone }: ConfirmProps) {
  const [once] = useState(() => crypto.randomUUID())
  const [first, setFirst] = useState(phone?.first)
  const form = useForm({
    initial: { code: '' },
    passing: true,
    check: ({ code }) => checkCode(kind, code),
    send: ({ code }) => withCode(kind, () => form.set('code', ''), () => post<BackupCodes>(`/auth/factors/${kind}/confirm`, { code: code.trim() })),
    onDone,
  })
  // The number was sent to already; only another code is asked for anew.
  const send = async () => {
    if (!first) return post<SentCode>(`/auth/factors/${kind}`, phone ? { phone: phone.number } : undefined)
    setFirst(undefined)
    return first
  }
  return (
    <FormDialog form={form} title={t(kind === 'email' ? 'factor.emailTitle' : 'factor.smsTitle')} lead={t('factor.addLead')} deed={t('factor.enrolDeed')} onClose={onClose}>
      <Sent kind={kind} id={once} send={send} />
      <CodeField form={form} name="code" kind="totp" label={t('factor.code')} autoFocus />
    </FormDialog>
  )
}
