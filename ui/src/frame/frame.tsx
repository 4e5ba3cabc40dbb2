/** The frame around every page: environment bar, top bar, rail, and what floats above them. */
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { subscribe } from '@/api/events'
import { LeaveHost } from '@/forms/leaving'
import { t } from '@/i18n'
import { paletteOpen, railFolded, sheetOpen, useKeys } from '@/lib/keys'
import { useStore } from '@/lib/store'
import { CreditHost } from '@/pages/credits/host'
import { PayHost } from '@/pages/orders/pay-host'
import { HandlingHost } from '@/pages/orders/handling/host'
import { RefundHost } from '@/pages/orders/refund/host'
import { OwedHost } from '@/pages/receivables/host'
import { ConfirmHost } from '@/parts/confirm'
import { StepUpHost } from '@/pages/factors/step-up'
import { WhyHost } from '@/pages/access/why-host'
import { useKnownRoles } from '@/pages/access/known'
import { ActingBanner } from '@/pages/impersonation/banner'
import { SealedBanner } from '@/pages/sealed/banner'
import { Toasts } from '@/parts/toasts'
import { FirstThings } from '@/pages/entry/first'
import { ShutPage } from '@/pages/entry/shut'
import { UnprovedBanner } from '@/pages/entry/unproved'
import { me, shut, useEnvironment } from '@/session'
import { areas, waiting } from './areas'
import { useAttention } from './attention'
import { KeysSheet } from './keys-sheet'
import { Palette } from './palette'
import { Rail } from './rail'
import { Top } from './top'

/** Whoever has something to do first sees that and nothing else; so does everybody of a business that is shut. */
export function Frame() {
  const how = useStore(shut)
  const user = useStore(me)
  // Between the page of a shut business and the sign-in nobody is here.
  if (!how && !user) return null
  return how ? <ShutPage how={how} /> : user?.first ? <FirstThings /> : <Whole />
}

function Whole() {
  const environment = useEnvironment()
  const folded = useStore(railFolded)
  const go = useNavigate()
  const attention = useAttention()
  useKnownRoles()
  useKeys([
    { keys: 'mod+k', label: 'frame.keyPalette', group: 'everywhere', always: true, run: () => paletteOpen.set((now) => !now) },
    { keys: '?', label: 'frame.keySheet', group: 'everywhere', run: () => sheetOpen.set(true) },
    ...areas.map((area) => ({ keys: `g ${area.key}`, label: area.title, group: 'go' as const, run: () => void go({ to: area.to }) })),
  ])
  useEffect(
    () =>
      subscribe((heard) => {
        if (heard.kind !== 'shell') return
        if (heard.event.action === 'navigate' && heard.event.to) void go({ to: heard.event.to })
        if (heard.event.action === 'palette') paletteOpen.set(true)
        if (heard.event.action === 'keys') sheetOpen.set(true)
      }),
    [go],
  )
  return (
    <>
      <div className={`frame env-${environment}${folded ? ' frame-folded' : ''}`}>
        <a className="skip" href="#page">
          {t('frame.skip')}
        </a>
        <div className="env-bar" aria-hidden />
        <div className="banners">
          <SealedBanner />
          <ActingBanner />
          <UnprovedBanner />
        </div>
        <Top attention={attention} />
        <Rail counts={waiting(attention)} />
        <main id="page" className="page" tabIndex={-1} data-scroll-restoration-id="page">
          <Outlet />
        </main>
      </div>
      <Announcer />
      <Palette />
      <KeysSheet />
      <ConfirmHost />
      <PayHost />
      <RefundHost />
      <HandlingHost />
      <CreditHost />
      <OwedHost />
      <StepUpHost />
      <WhyHost />
      <LeaveHost />
      <Toasts />
    </>
  )
}

/** Says the new page's name to those who do not see it change. */
function Announcer() {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const room = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const timer = setTimeout(() => {
      const name = document.querySelector('h1')?.textContent ?? ''
      document.title = name ? `${name} · Purser` : 'Purser'
      if (room.current) room.current.textContent = t('frame.wentTo', { name })
    }, 120)
    return () => clearTimeout(timer)
  }, [path])
  return <div ref={room} className="unseen" aria-live="polite" />
}
