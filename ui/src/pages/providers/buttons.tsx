/** The other ways in, as the business offers them: one button each. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { get } from '@/api/client'
import type { FirstStep, SignInProvider } from '@/api/shapes'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { Failure } from '@/parts/states'
import { isDesktop } from '@/shell'
import { callOff, goTo, wasCalledOff } from './go'
import { Mark } from './mark'
import { keepNext, saidOf } from './said'
import { Waiting } from './waiting'

/** So many at first sight. */
const SHOWN = 5
const whole = (email: string) => (/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(email.trim()) ? email.trim().toLowerCase() : '')

/** Those of the business; where several share the installation, those for the address that is typed. */
function useWays(email: string): SignInProvider[] {
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAsked(whole(email)), 400)
    return () => clearTimeout(timer)
  }, [email])
  const all = useQuery({ queryKey: ['ways', 'providers'], queryFn: () => get<SignInProvider[]>('/auth/providers'), staleTime: 60_000, retry: false })
  const some = useQuery({
    queryKey: ['ways', 'providers', asked],
    queryFn: () => get<SignInProvider[]>('/auth/providers', { email: asked }),
    enabled: asked !== '' && all.data?.length === 0,
    staleTime: 60_000,
    retry: false,
  })
  return all.data?.length ? all.data : (some.data ?? [])
}

type Props = { email: string; rememberMe: boolean; next: string | undefined; before: () => void; onDone: (reply: FirstStep) => void }
export function ProviderButtons({ email, rememberMe, next, before, onDone }: Props) {
  const ways = useWays(email)
  const [all, setAll] = useState(false)
  const [away, setAway] = useState<string>()
  const [problem, setProblem] = useState<unknown>()
  const start = (id: string) => {
    if (away) return
    before()
    keepNext(next)
    setAway(id)
    setProblem(undefined)
    goTo<FirstStep>({ id, purpose: 'sign_in', rememberMe }).then(onDone, (error: unknown) => {
      setAway(undefined)
      if (!wasCalledOff(error)) setProblem(saidOf(error))
    })
  }
  // A page that is loaded anew, or left, no longer waits for what it asked the browser for.
  useEffect(() => {
    if (!isDesktop) return
    void callOff()
    return () => void callOff()
  }, [])
  // Back from the provider's page by the browser's own button, the page is as it was left.
  useEffect(() => {
    const again = (event: PageTransitionEvent) => event.persisted && setAway(undefined)
    addEventListener('pageshow', again)
    return () => removeEventListener('pageshow', again)
  }, [])
  if (ways.length === 0) return null
  const shown = all || ways.length <= SHOWN + 1 ? ways : ways.slice(0, SHOWN)
  return (
    <div className="elsewhere" role="group" aria-label={t('elsewhere.title')}>
      {shown.map((way) => (
        <Button key={way.id} className="btn-wide" icon={<Mark kind={way.kind} />} busy={away === way.id} onClick={() => start(way.id)}>
          <span className="elsewhere-name">{t('elsewhere.with', { name: way.name })}</span>
        </Button>
      ))}
      {shown.length < ways.length && (
        <button type="button" className="linkish" onClick={() => setAll(true)}>
          {t('elsewhere.more', { n: ways.length - shown.length })}
        </button>
      )}
      <Waiting on={away !== undefined} />
      {problem !== undefined && <Failure problem={problem} small />}
    </div>
  )
}
