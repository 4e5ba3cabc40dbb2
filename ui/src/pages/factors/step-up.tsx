/** Asks for a fresh code whenever the engine wants one, whatever page or dialog it was that asked the engine. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { post, read } from '@/api/client'
import { onStepUp } from '@/api/send'
import type { Factors, SentCode, SteppedUp } from '@/api/shapes'
import { CodeField, PasswordField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { store, useStore } from '@/lib/store'
import { PasskeyButton } from '@/pages/passkeys/button'
import { usePasskeys } from '@/pages/passkeys/ways'
import { useInstead } from '@/pages/entry/second-step'
import { checkCode, withCode, withPassword, type CodeKind } from './said'
import { isSent, Sent } from './sent'

type Asked = { answer: Promise<boolean>; settle: (given: boolean) => void }
const asked = store<Asked | undefined>(undefined)

/** Whatever needs it at the same time waits for one answer. */
function ask(): Promise<boolean> {
  const now = asked.get()
  if (now) return now.answer
  let settle: (given: boolean) => void = () => undefined
  const answer = new Promise<boolean>((resolve) => {
    settle = (given) => {
      asked.set(undefined)
      resolve(given)
    }
  })
  asked.set({ answer, settle })
  return answer
}

export function StepUpHost() {
  const now = useStore(asked)
  useEffect(() => {
    onStepUp(ask)
    return () => {
      onStepUp(undefined)
      asked.get()?.settle(false)
    }
  }, [])
  return now ? <Prove settle={now.settle} /> : null
}

type Settle = { settle: (given: boolean) => void }

function Prove({ settle }: Settle) {
  const factors = useQuery(read<Factors>('/auth/factors'))
  if (factors.isPending) return null
  return factors.data?.factors.length === 0 ? <ProvePassword settle={settle} /> : <ProveFactor settle={settle} />
}

/** Whoever has no second factor has a password to show. */
function ProvePassword({ settle }: Settle) {
  const form = useForm({
    initial: { password: '' },
    passing: true,
    check: ({ password }) => (password ? {} : { password: t('common.required') }),
    send: ({ password }) => withPassword(() => form.set('password', ''), () => post<SteppedUp>('/auth/step-up/password', { password })),
    onDone: () => settle(true),
  })
  return (
    <FormDialog form={form} title={t('factor.proveTitle')} lead={t('factor.provePasswordLead')} deed={t('factor.prove')} onClose={() => settle(false)}>
      <PasswordField form={form} name="password" label={t('own.currentPassword')} autoFocus />
    </FormDialog>
  )
}

function ProveFactor({ settle }: Settle) {
  const client = useQueryClient()
  const factors = useQuery(read<Factors>('/auth/factors'))
  const [once] = useState(() => crypto.randomUUID())
  const [chosen, setKind] = useState<CodeKind>()
  // Whoever has no app is not asked for its code.
  const has = (one: string) => factors.data?.factors.some((factor) => factor.kind === one)
  const kinds = (['totp', 'email', 'sms', 'backup'] as const).filter((one) => (one === 'backup' ? (factors.data?.backupCodesLeft ?? 1) > 0 : (has(one) ?? one === 'totp')))
  const kind: CodeKind = chosen && kinds.includes(chosen) ? chosen : (kinds[0] ?? 'backup')
  const form = useForm({
    initial: { code: '' },
    passing: true,
    check: ({ code }) => checkCode(kind, code),
    send: ({ code }) => withCode(kind, () => form.set('code', ''), () => post<SteppedUp>('/auth/step-up', { method: kind, code })),
    onDone: () => {
      void client.invalidateQueries({ queryKey: ['auth', 'factors'] })
      settle(true)
    },
  })
  const passkey = usePasskeys().here && factors.data?.factors.some((one) => one.kind === 'passkey')
  return (
    <FormDialog form={form} title={t('factor.proveTitle')} lead={t('factor.proveLead')} deed={t('factor.prove')} onClose={() => settle(false)}>
      {isSent(kind) && <Sent key={kind} kind={kind} id={once} send={() => post<SentCode>('/auth/step-up/send', { method: kind })} />}
      <CodeField key={`code-${kind}`} form={form} name="code" kind={kind === 'backup' ? 'backup' : 'totp'} label={t(kind === 'backup' ? 'factor.backupCode' : 'factor.code')} {...(isSent(kind) ? {} : { hint: t(kind === 'totp' ? 'factor.codeLead' : 'factor.backupLead') })} autoFocus />
      {passkey && (
        <PasskeyButton
          label={t('passkey.useInstead')}
          begin={{ path: '/auth/step-up/passkey/begin' }}
          answer={(token, credential) => post<SteppedUp>('/auth/step-up/passkey', { token, credential })}
          onDone={() => {
            void client.invalidateQueries({ queryKey: ['auth', 'factors'] })
            settle(true)
          }}
        />
      )}
      {kinds
        .filter((one) => one !== kind)
        .map((other) => (
          <button key={other} type="button" className="linkish" onClick={() => (form.reset({ code: '' }), setKind(other))}>
            {t(useInstead[other])}
          </button>
        ))}
    </FormDialog>
  )
}
