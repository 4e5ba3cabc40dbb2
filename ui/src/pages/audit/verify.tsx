/** The badge above the log: whether the chain holds, what was looked at, and where it breaks. */
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react'
import { get } from '@/api/client'
import type { AuditVerdict } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t } from '@/i18n'
import { store, useStore } from '@/lib/store'
import { useNow } from '@/lib/tick'
import { ago } from '@/lib/time'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Failure } from '@/parts/states'
import { CopyButton } from '@/parts/values'

type Said = { verdict: AuditVerdict; at: number; took: number }
/** Kept while the window is open, so that coming back to the log does not forget the proof. */
const said = store<Said | undefined>(undefined)

export function Verify() {
  const known = useStore(said)
  const now = useNow(10_000)
  const walk = useMutation({
    mutationFn: async (): Promise<Said> => {
      const began = performance.now()
      const verdict = await get<AuditVerdict>('/audit/verify')
      return { verdict, at: Date.now(), took: (performance.now() - began) / 1000 }
    },
    onSuccess: (next) => said.set(next),
  })
  useActions([{ id: 'verify', label: t('audit.verify'), run: () => walk.mutate() }])
  const verdict = known?.verdict
  const look = walk.isPending || !verdict ? 'idle' : verdict.intact ? 'good' : 'bad'
  const Icon = look === 'good' ? ShieldCheck : look === 'bad' ? ShieldAlert : ShieldQuestion
  return (
    <section className={`verify verify-${look}`} aria-label={t('audit.proof')}>
      <Icon size={18} aria-hidden />
      <div className="verify-text" role="status">
        {walk.isPending ? (
          <>
            <strong>{t('audit.verifying')}</strong>
            <progress className="bar-progress" aria-label={t('audit.verifying')} />
          </>
        ) : !known || !verdict ? (
          <>
            <strong>{t('audit.unverified')}</strong>
            <p>{t('audit.proofLead')}</p>
          </>
        ) : (
          <>
            <strong>{verdict.intact ? t('audit.intact', { n: verdict.checked }) : t('audit.broken', { n: verdict.firstBad?.seq ?? 0, reason: verdict.firstBad?.reason ?? '' })}</strong>
            <p>
              {t('audit.how')} {!verdict.intact && t('audit.goodUpTo', { n: verdict.checked })} {t('audit.checkedAt', { age: ago(known.at, now), seconds: known.took.toFixed(1) })}.
              {verdict.firstBad?.id && <> <Link to={paths.auditLine(verdict.firstBad.id)} className="link">{t('audit.lineTitle', { n: verdict.firstBad.seq })}</Link></>}
            </p>
            <p className="id" title={t('audit.head')}>
              <code className="hash">{verdict.head}</code>
              <CopyButton text={verdict.head} />
            </p>
          </>
        )}
        {walk.isError && <Failure problem={walk.error} small />}
      </div>
      <Button small busy={walk.isPending} onClick={() => walk.mutate()}>
        {t('audit.verify')}
      </Button>
    </section>
  )
}
