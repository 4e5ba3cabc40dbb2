/** One connection: where it leads, whether it works, and what can be done with it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { useState } from 'react'
import { post, remove } from '@/api/client'
import { t, word } from '@/i18n'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Failure } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { EnvironmentMark, type Known } from './connections'
import { ProfileForm } from './profile-form'

type Report = { ok: boolean; steps: { name: string; ok: boolean; detail: string; ms: number }[]; version?: string; signedIn?: boolean }

export function ProfileLine({ profile }: { profile: Known }) {
  const client = useQueryClient()
  const [editing, setEditing] = useState(false)
  const settle = () => client.invalidateQueries({ queryKey: ['shell'] })
  const test = useMutation({ mutationFn: () => post<Report>(`/shell/v1/profiles/${profile.id}/test`) })
  const go = useMutation({ mutationFn: () => post(`/shell/v1/profiles/${profile.id}/switch`), onSuccess: () => location.assign('/') })
  const away = () =>
    confirm({
      title: t('connections.removeTitle', { name: profile.name }),
      body: t('connections.removeBody'),
      deed: t('connections.remove'),
      danger: true,
      name: profile.name,
      run: async () => {
        await remove(`/shell/v1/profiles/${profile.id}`)
        await settle()
        toast({ text: t('connections.removed', { name: profile.name }) })
      },
    })
  const remote = profile.kind === 'remote'
  return (
    <li className="profile">
      <div>
        <div className="profile-name">
          <strong>{profile.name}</strong>
          <EnvironmentMark environment={profile.environment} />
          {profile.pin && <span className="quiet">{t('connections.pinned')}</span>}
          {profile.current && <span className="quiet">{t('connections.current')}</span>}
        </div>
        <div className="quiet">{profile.url ? <code>{profile.url}</code> : t('connections.localName')}</div>
        {profile.environment === 'production' && <div className="field-error">{t('connections.productionWarning')}</div>}
      </div>
      <div className="profile-acts">
        {remote && (
          <Button small busy={test.isPending} onClick={() => test.mutate()}>
            {t(test.isPending ? 'connections.testing' : 'connections.test')}
          </Button>
        )}
        {remote && (
          <Button small onClick={() => setEditing(true)}>
            {t('connections.edit')}
          </Button>
        )}
        {remote && (
          <Button small look="danger" onClick={away}>
            {t('connections.remove')}
          </Button>
        )}
        {!profile.current && (
          <Button small look="primary" busy={go.isPending} onClick={() => go.mutate()}>
            {t('connections.switch')}
          </Button>
        )}
      </div>
      {(test.data || test.isError || go.isError) && (
        <div className="profile-more" role="status">
          {test.isError && <Failure problem={test.error} small />}
          {go.isError && <Failure problem={go.error} small />}
          {test.data && <Steps report={test.data} />}
        </div>
      )}
      {editing && <ProfileForm profile={profile} onClose={() => setEditing(false)} onDone={() => void settle()} />}
    </li>
  )
}

const Steps = ({ report }: { report: Report }) => (
  <>
    <ol className="checks">
      {report.steps.map((step) => (
        <li key={step.name} className={step.ok ? 'check-good' : 'check-bad'}>
          {step.ok ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />}
          <span>{word('connections', step.name)}</span>
          <span className="quiet">{step.detail}</span>
          <span className="quiet num">{t('connections.ms', { n: step.ms })}</span>
        </li>
      ))}
    </ol>
    <strong>{t(report.ok ? 'connections.testGood' : 'connections.testBad')}</strong>
  </>
)
