/** What has to be typed in at the provider, and a try of the connection, step by step. */
import { useMutation } from '@tanstack/react-query'
import { Check, CircleHelp, Minus, X } from 'lucide-react'
import { useEffect } from 'react'
import { post } from '@/api/client'
import type { Provider, ProviderTest } from '@/api/shapes'
import { t, word, wordFor, type Key } from '@/i18n'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { Bones, Failure } from '@/parts/states'
import { CopyButton } from '@/parts/values'

/** What a step found, in the reader's words; one the console does not know yet in the engine's. */
const saidOf = ({ code, facts, detail }: ProviderTest['steps'][number]) => (wordFor('providerFound', code) ? t(`providerFound.${code}` as Key, facts) : detail)

const signs = { ok: Check, failed: X, skipped: Minus, unknown: CircleHelp } as const

export function Told({ provider, first, onClose, onTest }: { provider: Provider; first: boolean; onClose: () => void; onTest: () => void }) {
  const service = provider.serviceProvider
  const rows: [string, string][] = service
    ? [[t('providers.ourEntity'), service.entityId], [t('providers.acs'), service.acsUrl], [t('providers.ourMetadata'), service.metadataUrl]]
    : [[t('providers.redirectUri'), provider.redirectUri]]
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(first ? 'providers.addedTitle' : 'providers.toldTitle', { name: provider.name })}
      lead={t('providers.toldLead')}
      foot={
        <>
          <Button onClick={onClose}>{t('common.close')}</Button>
          <Button look="primary" onClick={onTest}>
            {t('providers.test')}
          </Button>
        </>
      }
      wide
    >
      <dl className="told">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt className="field-label">{name}</dt>
            <dd className="scan-key">
              <code>{value}</code>
              <CopyButton text={value} label={t('providers.copy', { name })} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

export function TestProvider({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const run = useMutation({ mutationFn: () => post<ProviderTest>(`/providers/${provider.id}/test`) })
  const { mutate } = run
  useEffect(() => mutate(), [mutate])
  const found = run.data
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('providers.testTitle', { name: provider.name })}
      foot={
        <>
          <Button onClick={onClose}>{t('common.close')}</Button>
          <Button busy={run.isPending} onClick={() => mutate()}>
            {t('providers.testAgain')}
          </Button>
        </>
      }
      wide
    >
      <div aria-live="polite">
        {run.isPending && !found && <Bones lines={4} />}
        {run.error && <Failure problem={run.error} small />}
        {found && (
          <>
            <p className={found.ok ? 'section-lead' : 'form-note'}>{t(found.ok ? 'providers.testGood' : 'providers.testBad')}</p>
            <ul className="checks">
              {found.steps.map((step) => {
                const Sign = signs[step.state]
                return (
                  <li key={step.name} className={`test-step ${step.state === 'ok' ? 'check-good' : step.state === 'failed' ? 'check-bad' : ''}`}>
                    <Sign size={14} aria-hidden />
                    <span>
                      {word('providerStep', step.name)} <span className="unseen">{word('providerTest', step.state)}</span>
                    </span>
                    <span className="quiet said">{saidOf(step)}</span>
                  </li>
                )
              })}
            </ul>
          </>
        )}
      </div>
    </Dialog>
  )
}
