/** A connection's name, address and environment; a certificate only where a server made its own. */
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
    initial: { name: profile?.name ?? '', url: profile?.url ?? 'https://', environment: (profile?.environment ?? 'staging') as string, caFile: profile?.caFile ?? '' },
    check: ({ name, url }) => ({ ...(name.trim() ? {} : { name: t('common.required') }), ...(/^https?:\/\/[^\s/]+/.test(url) ? {} : { url: t('connections.urlHint') }) }),
    send: ({ caFile, ...values }) => {
      const body = { ...values, ...(caFile || profile?.caFile ? { caFile: caFile || null } : {}) }
      return profile ? patch<Profile>(`/shell/v1/profiles/${profile.id}`, body) : post<Profile>('/shell/v1/profiles', body)
    },
    onDone: (_, { name }) => {
      toast({ text: t(profile ? 'connections.saved' : 'connections.added', { name }) })
      onDone()
      onClose()
    },
  })
  const pick = () => void post<{ path: string } | null>('/shell/v1/certificate').then((chosen) => chosen && form.set('caFile', chosen.path), toastProblem)
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
    </FormDialog>
  )
}
