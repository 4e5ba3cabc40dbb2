/** Which Purser this is, and, on the desktop, all the others one may look at. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { read } from '@/api/client'
import type { Profile, System } from '@/api/shapes'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { CopyButton, When } from '@/parts/values'
import { Facts, Section } from '@/record/record-page'
import { can, useEnvironment } from '@/session'
import { has } from '@/shell'
import { ProfileForm } from './profile-form'
import { ProfileLine } from './profile-line'
import { Folder, Keychain, Sharing } from './this-computer'

export type Known = Profile & { current?: boolean; caFile?: string | null; pin?: string | null; backupPin?: string | null }
export const profilesQuery = read<Known[]>('/shell/v1/profiles')

export function Connections() {
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('connections.title')}</h1>
      </header>
      <div className="sheet">{has('profiles') ? <Desktop /> : <Browser />}</div>
    </div>
  )
}

function Desktop() {
  const client = useQueryClient()
  const profiles = useQuery(profilesQuery)
  const [adding, setAdding] = useState(false)
  return (
    <>
      <Section
        title={t('connections.title')}
        actions={
          <Button small look="primary" icon={<Plus size={13} />} onClick={() => setAdding(true)}>
            {t('connections.add')}
          </Button>
        }
      >
        <p className="section-lead">{t('connections.lead')}</p>
        <Part query={profiles}>
          {(all) => (
            <ul className="profiles">
              {all.map((profile) => (
                <ProfileLine key={profile.id} profile={profile} />
              ))}
            </ul>
          )}
        </Part>
      </Section>
      <Keychain />
      <Sharing />
      <Folder />
      {can('read:system') && <Server />}
      {adding && <ProfileForm onClose={() => setAdding(false)} onDone={() => void client.invalidateQueries({ queryKey: ['shell'] })} />}
    </>
  )
}

const Browser = () => (
  <>
    <p className="section-lead">
      {t('connections.browserLead')} {t('connections.desktopHint')}
    </p>
    <Server />
  </>
)

function Server() {
  const environment = useEnvironment()
  const system = useQuery({ ...read<System>('/system'), enabled: can('read:system') })
  const address = has('profiles') ? undefined : location.origin
  const common: [string, React.ReactNode][] = [
    [t('connections.address'), address && <span key="a" className="id"><code>{address}</code><CopyButton text={address} /></span>],
    [t('connections.environment'), <EnvironmentMark key="e" environment={environment} />],
  ]
  return (
    <Section title={t('connections.server')}>
      {can('read:system') ? (
        <Part query={system}>
          {(data) => (
            <Facts
              rows={[
                ...common,
                [t('connections.product'), data.version],
                [t('connections.database'), t(data.database === 'postgresql' ? 'connections.postgresql' : 'connections.sqlite')],
                [t('connections.folder'), data.dataFolder && <code key="f">{data.dataFolder}</code>],
                [t('connections.started'), <When key="s" at={data.startedAt} />],
                [t('connections.mode'), data.mode === 'fleet' ? t('connections.fleet') : t('connections.standalone')],
                [t('connections.payments'), provider(data.providers['payments'])],
                [t('connections.filesAt'), provider(data.providers['files'])],
              ]}
            />
          )}
        </Part>
      ) : (
        <Facts rows={common} />
      )}
    </Section>
  )
}
const provider = (name: string | undefined) => (name === 'sandbox' ? t('connections.sandbox') : name === 'folder' ? t('connections.folderKind') : name)

/** The environment with its colour and its word; production is red wherever it is named. */
export const EnvironmentMark = ({ environment }: { environment: Profile['environment'] }) => (
  <span className={`env-mark env-mark-${environment}`}>{environment === 'production' ? t('frame.production').toUpperCase() : t(`frame.${environment}`)}</span>
)
