/** A connection's name, address and environment; a certificate only where a server made its own; the key it has to have, if one is pinned. */
import { useMutation } from '@tanstack/react-query'
import { patch, post } from '@/api/client'
import type { Environment, Profile } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { toast, toastProblem } from '@/parts/toasts'
import type { Known } from './connections'

const environments: Environment[] = ['local', 'staging', 'production']

export function ProfileForm({ profile, onClose, onDone }: { profile?: Known; onClose: () => void; onDone: () => void }) {
  const form = useForm({
    initial: { name: profile?.name ?? '', url: profile?.url ?? 'https://', environment: (profile?.environment ?? 'staging') as string, caFile: profile?.caFile ?? '', pin: profile?.pin ?? '', backupPin: profile?.backupPin ?? '' },
    check: ({ name, url }) => ({ ...(name.trim() ? {} : { name: t('common.required') }), ...(/^https?:\/\/[^\s/]+/.test(url) ? {} : { url: t('connections.urlHint') }) }),
    send: ({ name, url, environment, ...trust }) => {
      // What was never said is left out, what was taken away is said.
      const said = Object.entries(trust).filter(([field, value]) => value.trim() || profile?.[field as keyof typeof trust])
      const body = { name, url, environment, ...Object.fromEntries(said.map(([field, value]) => [field, value.trim() || null])) }
      return profile ? patch<Profile>(`/shell/v1/profiles/${profile.id}`, body) : post<Profile>('/shell/v1/profiles', body)
    },
    onDone: (_, { name }) => {
      toast({ text: t(profile ? 'connections.saved' : 'connections.added', { name }) })
      onDone()
      onClose()
    },
  })
  const pick = () => void post<{ path: string } | null>('/shell/v1/certificate').then((chosen) => chosen && form.set('caFile', chosen.path), toastProblem)
  const { caFile, url, pin } = form.values
  const look = () => post<{ pin: string }>('/shell/v1/server-key', { url, caFile: caFile || null }).then((key) => form.set('pin', key.pin), toastProblem)
  const key = useMutation({ mutationFn: look })
  return (
    <FormDialog form={form} title={profile ? t('connections.editTitle', { name: profile.name }) : t('connections.addTitle')} deed={profile ? t('common.save') : t('connections.addDeed')} onClose={onClose} refuse={profile && !form.dirty && t('common.noChange')}>
      <TextField form={form} name="name" label={t('connections.name')} autoFocus />
      <TextField form={form} name="url" label={t('connections.url')} type="url" hint={t('connections.urlHint')} />
      <SelectField form={form} name="environment" label={t('connections.environment')} options={environments.map((value) => ({ value, label: t(`frame.${value}`) }))} />
      <TextField form={form} name="caFile" label={t('connections.certificate')} hint={t('connections.certificateHint')} optional />
      <div>
        <Button small onClick={pick}>
          {t('connections.pick')}
        </Button>
      </div>
      <TextField form={form} name="pin" label={t('connections.pin')} hint={t(pin && pin !== profile?.pin ? 'connections.pinCompare' : 'connections.pinHint')} optional />
      {/^https:\/\/[^\s/]+/i.test(form.values.url) && <div>
        <Button small busy={key.isPending} onClick={() => key.mutate()}>
          {t('connections.pinNow')}
        </Button>
      </div>}
      {(pin || form.values.backupPin) && <TextField form={form} name="backupPin" label={t('connections.backupPin')} hint={t('connections.backupPinHint')} optional />}
    </FormDialog>
  )
}
