/** Adding a passkey on one's own account: a name, the browser's own window, and the backup codes that come with the first factor. */
import { useState } from 'react'
import { post } from '@/api/client'
import { asProblem, Problem } from '@/api/problem'
import type { NewPasskey, PasskeyRequest } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { calledOff, knownHere, makePasskey } from '@/lib/webauthn'
import { KeepCodes } from '@/pages/factors/keep'
import { toast } from '@/parts/toasts'

/** What the device is, as far as the browser says: enough to tell one from another. */
const suggested = () => {
  const system = /Mac|iPhone|iPad|Windows|Android|Linux/.exec(navigator.userAgent)?.[0]
  return system ? t('passkey.nameOn', { system: system === 'Mac' ? 'macOS' : system }) : t('passkey.one')
}
const spoken = (error: unknown) => {
  if (knownHere(error)) return new Problem(409, { code: 'known_passkey', title: t('passkey.known') })
  if (calledOff(error)) return new Problem(400, { code: 'called_off', title: t('passkey.calledOff') })
  const problem = asProblem(error)
  return problem.code === 'known_passkey' ? new Problem(409, { code: problem.code, title: t('passkey.known') }) : problem
}

export function AddPasskey({ onClose }: { onClose: () => void }) {
  const [codes, setCodes] = useState<string[]>()
  const form = useForm({
    initial: { name: suggested() },
    check: ({ name }) => (name.trim() ? {} : { name: t('common.required') }),
    send: async ({ name }) => {
      try {
        const asked = await post<PasskeyRequest>('/auth/factors/passkey')
        const credential = await makePasskey(asked.options)
        return await post<NewPasskey>('/auth/factors/passkey/confirm', { token: asked.token, name: name.trim(), credential })
      } catch (error) {
        throw spoken(error)
      }
    },
    onDone: ({ backupCodes }, { name }) => {
      toast({ text: t('factor.added', { name: name.trim() }) })
      if (backupCodes.length > 0) setCodes(backupCodes)
      else onClose()
    },
  })
  if (codes) return <KeepCodes codes={codes} onClose={onClose} />
  return (
    <FormDialog form={form} title={t('passkey.addTitle')} lead={t('passkey.addLead')} deed={t('passkey.addDeed')} onClose={onClose}>
      <TextField form={form} name="name" label={t('factor.name')} hint={t('passkey.nameHint')} max={60} autoFocus />
    </FormDialog>
  )
}
