/** A test message, and what was answered, at once. */
import { useMutation } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { useEffect } from 'react'
import { post } from '@/api/client'
import type { WebhookAttempt, WebhookEndpoint, WebhookTest } from '@/api/shapes'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { Bones, Failure } from '@/parts/states'
import { hostOf } from './deeds'

/** `200 in 84 ms`, or why nothing came. */
export const answer = ({ status, durationMs, error }: WebhookAttempt) => [status ? String(status) : '', error ?? '', t('hooks.took', { ms: number(durationMs) })].filter(Boolean).join(' · ')

export function TryEndpoint({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }) {
  const run = useMutation({ mutationFn: () => post<WebhookTest>(`/webhooks/endpoints/${endpoint.id}/test`) })
  const { mutate } = run
  useEffect(() => mutate(), [mutate])
  const found = run.data
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('hooks.testTitle', { name: hostOf(endpoint.url) })}
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
        {run.isPending && !found && <Bones lines={3} />}
        {run.error && <Failure problem={run.error} small />}
        {found && (
          <>
            <p className={`test-step ${found.ok ? 'check-good' : 'check-bad'}`}>
              {found.ok ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />} <span>{t(found.ok ? 'hooks.testGood' : 'hooks.testBad')}</span>
            </p>
            <p className="said">{answer(found.attempt)}</p>
            {found.attempt.excerpt && <pre className="hook-body">{found.attempt.excerpt}</pre>}
          </>
        )}
      </div>
    </Dialog>
  )
}
