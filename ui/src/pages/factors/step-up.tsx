/** Asks for a fresh code whenever the engine wants one, whatever page or dialog it was that asked the engine. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { post, read } from '@/api/client'
import { onStepUp } from '@/api/send'
import type { Factors, SteppedUp } from '@/api/shapes'
import { CodeField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { store, useStore } from '@/lib/store'
import { PasskeyButton } from '@/pages/passkeys/button'
import { usePasskeys } from '@/pages/passkeys/ways'
import { checkCode, withCode, type CodeKind } from './said'

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

function Prove({ settle }: { settle: (given: boolean) => void }) {
  const client = useQueryClient()
  const factors = useQuery(read<Factors>('/auth/factors'))
  const [chosen, setKind] = useState<CodeKind>('totp')
  // Whoever has no app is not asked for its code.
  const app = factors.data?.factors.some((one) => one.kind === 'totp') ?? true
  const kind: CodeKind = app ? chosen : 'backup'
  const form = useForm({
    initial: { code: '' },
    check: ({ code }) => checkCode(kind, code),
    send: ({ code }) => withCode(kind, () => form.set('code', ''), () => post<SteppedUp>('/auth/step-up', { method: kind, code })),
    onDone: () => {
      void client.invalidateQueries({ queryKey: ['auth', 'factors'] })
      settle(true)
    },
  })
  const other = kind === 'totp' ? 'backup' : 'totp'
  const passkey = usePasskeys().here && factors.data?.factors.some((one) => one.kind === 'passkey')
  return (
    <FormDialog form={form} title={t('factor.proveTitle')} lead={t('factor.proveLead')} deed={t('factor.prove')} onClose={() => settle(false)}>
      <CodeField key={kind} form={form} name="code" kind={kind} label={t(kind === 'totp' ? 'factor.code' : 'factor.backupCode')} hint={t(kind === 'totp' ? 'factor.codeLead' : 'factor.backupLead')} autoFocus />
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
      {app && (other === 'totp' || (factors.data?.backupCodesLeft ?? 1) > 0) && (
        <button type="button" className="linkish" onClick={() => (form.reset({ code: '' }), setKind(other))}>
          {t(other === 'totp' ? 'factor.useApp' : 'factor.useBackup')}
        </button>
      )}
    </FormDialog>
  )
}
