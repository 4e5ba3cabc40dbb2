/** This computer: where secrets are kept, who may reach its Purser, and where its data lies. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { post, read } from '@/api/client'
import type { ShellState } from '@/api/shapes'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { Failure, Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { CopyButton } from '@/parts/values'
import { Section } from '@/record/record-page'

/** The shell also says why the engine of this computer is not there. */
type State = ShellState & {
  local?: { code: string; detail: string; address?: string | null } | null
}
const stateQuery = read<State>('/shell/v1/state')

function useDeed<T>(deed: (given: T) => Promise<unknown>, said?: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: deed,
    onSuccess: () => {
      if (said) toast({ text: said })
      void client.invalidateQueries({ queryKey: ['shell'] })
    },
  })
}

export function Keychain() {
  const state = useQuery(stateQuery)
  const choose = useDeed((fallback: string) => post('/shell/v1/keychain', { fallback }), t('connections.fallbackSaved'))
  return (
    <Section title={t('connections.keychain')}>
      <Part query={state} lines={2}>
        {({ keychain }) =>
          keychain.available ? (
            <p>{t('connections.keychainOn')}</p>
          ) : (
            <div className="choice-list">
              <p className="form-note">
                {t('connections.keychainOff')} {keychain.reason}
              </p>
              <fieldset>
                <legend className="field-label">{t('connections.fallback')}</legend>
                {(['memory', 'file'] as const).map((value) => (
                  <label key={value} className="check">
                    <input type="radio" name="fallback" checked={keychain.fallback === value} onChange={() => choose.mutate(value)} /> {t(`connections.${value}`)}
                  </label>
                ))}
              </fieldset>
              {choose.isError && <Failure problem={choose.error} small />}
            </div>
          )
        }
      </Part>
    </Section>
  )
}

export function Sharing() {
  const state = useQuery(stateQuery)
  const share = useDeed((wanted: { on: boolean; scope?: 'machine' | 'network' }) => post('/shell/v1/sharing', wanted))
  const browse = useDeed(() => post('/shell/v1/open-in-browser'))
  return (
    <Section title={t('connections.sharing')}>
      <Part query={state} lines={2}>
        {({ sharing }) => (
          <div className="choice-list">
            <p>{t(sharing.on ? 'connections.sharingOn' : 'connections.sharingOff')}</p>
            {sharing.on && sharing.address && (
              <p className="id">
                <code>{sharing.address}</code>
                <CopyButton text={sharing.address} />
              </p>
            )}
            {sharing.on && sharing.scope === 'network' && <p className="form-note">{t('connections.networkWarning')}</p>}
            <div className="segments-row">
              {(['machine', 'network'] as const).map((scope) => (
                <Button key={scope} small busy={share.isPending} refuse={sharing.on && sharing.scope === scope && t('connections.sharingOn')} onClick={() => share.mutate({ on: true, scope })}>
                  {t(scope === 'machine' ? 'connections.shareMachine' : 'connections.shareNetwork')}
                </Button>
              ))}
              {sharing.on && (
                <Button small busy={share.isPending} onClick={() => share.mutate({ on: false })}>
                  {t('connections.stopSharing')}
                </Button>
              )}
              <Button small busy={browse.isPending} onClick={() => browse.mutate(undefined)}>
                {t('connections.openBrowser')}
              </Button>
            </div>
            {share.isError && <Failure problem={share.error} small />}
            {browse.isError && <Failure problem={browse.error} small />}
          </div>
        )}
      </Part>
    </Section>
  )
}

export function Folder() {
  const state = useQuery(stateQuery)
  const move = useDeed(async () => {
    const next = await post<State | null>('/shell/v1/data-folder', {})
    if (!next) return
    toast({ text: t('connections.folderMoved', { path: next.dataFolder ?? '' }) })
    location.assign('/')
  })
  const owner = useDeed(() => post('/shell/v1/connect-to-owner').then(() => location.assign('/')))
  return (
    <Section title={t('connections.folder')}>
      <p className="section-lead">{t('connections.folderLead')}</p>
      <Part query={state} lines={2}>
        {({ dataFolder, local }) => (
          <div className="choice-list">
            {dataFolder && (
              <p className="id">
                <code className="hash">{dataFolder}</code>
                <CopyButton text={dataFolder} />
              </p>
            )}
            {local && (
              <div className="form-note">
                <strong>{t('connections.taken')}</strong>
                <p>{local.detail}</p>
              </div>
            )}
            <div className="segments-row">
              {local?.address && (
                <Button small look="primary" busy={owner.isPending} onClick={() => owner.mutate(undefined)}>
                  {t('connections.connectOwner')}
                </Button>
              )}
              <Button small busy={move.isPending} onClick={() => move.mutate(undefined)}>
                {t('connections.folderChoose')}
              </Button>
            </div>
            {(move.isError || owner.isError) && <Failure problem={move.error ?? owner.error} small />}
          </div>
        )}
      </Part>
    </Section>
  )
}
