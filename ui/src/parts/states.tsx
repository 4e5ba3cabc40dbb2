/** The states every part has besides its own: loading, empty, failed, refused, stale. */
import { CircleAlert, Lock, RotateCw, SearchX, ShieldAlert, WifiOff } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { asProblem, type Problem } from '@/api/problem'
import { t, word, type Key } from '@/i18n'
import { useNow } from '@/lib/tick'
import { ago, clock } from '@/lib/time'
import { paths } from '@/paths'
import { me } from '@/session'
import { Button, ButtonLink } from './button'
import { CopyButton } from './values'
import { question, questionOf } from './why'

/** Shows its children only when waiting has lasted long enough to be noticed. */
export function AfterAWhile({ children, ms = 150 }: { children: ReactNode; ms?: number }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), ms)
    return () => clearTimeout(timer)
  }, [ms])
  return shown ? children : null
}

export const Bone = ({ width = '100%', height = 12 }: { width?: number | string; height?: number }) => <span className="bone" style={{ width, height }} />

/** A skeleton of lines, in the place of text that will come. */
export const Bones = ({ lines = 4 }: { lines?: number }) => (
  <AfterAWhile>
    <div className="bones" role="status" aria-label={t('common.loading')}>
      {Array.from({ length: lines }, (_, i) => (
        <Bone key={i} width={`${[92, 64, 78, 55, 84, 70][i % 6] ?? 80}%`} />
      ))}
    </div>
  </AfterAWhile>
)

export const Empty = ({ children, action }: { children: ReactNode; action?: ReactNode }) => (
  <div className="empty">
    <p>{children}</p>
    {action}
  </div>
)

/** Says what failed, what to do, and the request id to copy. Refusals name the right. */
export function Failure({ problem: given, retry, small }: { problem: unknown; retry?: () => void; small?: boolean }) {
  const problem = asProblem(given)
  if (problem.code === 'step_up_required' || problem.code === 'factor_required') return <Unproved problem={problem} />
  if (problem.forbidden) return <Refused problem={problem} />
  if (problem.missing) return <Nowhere />
  const title = problem.tooMany ? t('common.tooMany') : problem.offline ? t('common.unreachable') : problem.stale ? t('common.staleTitle') : problem.title
  const text = problem.tooMany ? waiting(problem) : problem.stale ? t('common.staleWrite') : problem.offline ? t('common.unreachableText') : problem.detail
  return (
    <div className={`failure${small ? ' failure-small' : ''}`} role="alert">
      {problem.offline ? <WifiOff size={16} /> : <CircleAlert size={16} />}
      <div className="failure-text">
        <strong>{title}</strong>
        {text && text !== title && <p>{text}</p>}
        {problem.requestId && (
          <p className="failure-id">
            {t('common.requestId', { id: '' })}
            <code>{problem.requestId}</code>
            <CopyButton text={problem.requestId} label={t('common.copyRequestId')} />
          </p>
        )}
      </div>
      {retry && (
        <Button small onClick={retry} icon={<RotateCw size={13} />}>
          {t('common.retry')}
        </Button>
      )}
    </div>
  )
}

/** When one may try again, as precisely as one would wait. */
export const waiting = ({ retryAfter = 0, retryAt = 0 }: Problem) => (retryAfter < 90 ? t('common.againIn', { n: retryAfter }) : t('common.againAt', { time: clock(retryAt) }))

/** Nothing was done, because no second factor was proved. */
const Unproved = ({ problem }: { problem: Problem }) => {
  const none = problem.code === 'factor_required'
  return (
    <div className="failure refused" role="alert">
      <ShieldAlert size={16} />
      <div className="failure-text">
        <strong>{t(none ? 'factor.none' : 'factor.unproved')}</strong>
        <p>{t(none ? 'factor.noneText' : 'factor.unprovedText')}</p>
      </div>
      {none && <ButtonLink small to={paths.account}>{t('factor.add')}</ButtonLink>}
    </div>
  )
}

/** Nothing went wrong: it is not there, or not for this person; asking again would not change that. */
const Nowhere = () => (
  <div className="failure refused" role="alert">
    <SearchX size={16} />
    <div className="failure-text">
      <strong>{t('common.missingTitle')}</strong>
      <p>{t('common.missing')}</p>
    </div>
  </div>
)

const rightOf = (problem: Problem) => problem.missingRight ?? /\b[a-z]+:[a-z_]+\b/.exec(`${problem.detail} ${problem.code}`)?.[0]
/** Refusals that are not about a right one lacks, by their codes: what it is called, and what to do. */
const plainly: Record<string, [Key, Key]> = {
  role_above_yours: ['factor.unproved', 'common.roleAbove'],
  read_only: ['why.readOnly', 'why.readOnlyText'],
  not_while_impersonating: ['why.notNow', 'why.notNowText'],
  tenant_suspended: ['shut.suspended', 'shut.suspendedText'],
  tenant_closing: ['shut.closing', 'shut.closingText'],
  policy_denied: ['why.policyTitle', 'why.policyText'],
}
export function Refused({ problem }: { problem: Problem }) {
  const plain = plainly[problem.code]
  const asked = problem.explain ? questionOf(problem.explain) : undefined
  const right = rightOf(problem)
  const tenant = me.get()?.tenant.name ?? 'Purser'
  return (
    <div className="failure refused" role="alert">
      <Lock size={16} />
      <div className="failure-text">
        <strong>{t(plain ? plain[0] : 'common.refusedTitle')}</strong>
        <p>{plain ? t(plain[1], { tenant }) : right ? t('common.refused', { right: word('permission', right), tenant }) : t('common.refusedPlain', { tenant })}</p>
      </div>
      {asked && (
        <Button small onClick={() => question.set(asked)}>
          {t('why.ask1')}
        </Button>
      )}
    </div>
  )
}

/** A strip above data that could not be read again: it stays, with its age. */
export function Stale({ at, retry }: { at: number; retry: () => void }) {
  const now = useNow()
  return (
    <div className="stale" role="status">
      <WifiOff size={14} />
      <span>{t('common.stale', { age: ago(at, now) })}</span>
      <button type="button" className="linkish" onClick={retry}>
        {t('common.retry')}
      </button>
    </div>
  )
}

/** A whole page that could not be shown still has a heading, for those who hear the page. */
const Alone = ({ children }: { children: ReactNode }) => (
  <div className="page-alone">
    <h1 className="unseen">{t('common.failed')}</h1>
    {children}
  </div>
)

type Asked<T> = { data: T | undefined; error: unknown; isPending: boolean; isError: boolean; dataUpdatedAt: number; refetch: () => unknown }
/** One query's part of a page (`whole`: all of it): skeleton, failure with another try, or the data (with its age when it is stale). */
export function Part<T>({ query, lines, whole, children }: { query: Asked<T>; lines?: number; whole?: boolean; children: (data: T) => ReactNode }) {
  if (query.data !== undefined)
    return (
      <>
        {query.isError && <Stale at={query.dataUpdatedAt} retry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    )
  if (query.isError) {
    const failure = <Failure problem={query.error} retry={() => void query.refetch()} />
    return whole ? <Alone>{failure}</Alone> : failure
  }
  return <Bones {...(lines ? { lines } : {})} />
}
