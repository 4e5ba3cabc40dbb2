/** The top bar: whose business, search, which environment, whether it is live, what waits, who I am. */
import { useNavigate } from '@tanstack/react-router'
import { Flag, Search } from 'lucide-react'
import type { Attention } from '@/api/shapes'
import { mayLeave } from '@/forms/unsaved'
import { language, languages, speak, t } from '@/i18n'
import { paletteOpen, sheetOpen } from '@/lib/keys'
import { useNow } from '@/lib/tick'
import { kept, useStore } from '@/lib/store'
import { clock } from '@/lib/time'
import { roleName } from '@/pages/people/roles'
import { paths, queryPath } from '@/paths'
import { IconButton, Kbd } from '@/parts/button'
import { repaint } from '@/parts/chart'
import { Menu, type MenuItem } from '@/parts/menu'
import { Avatar } from '@/parts/values'
import { arm, disarm, shellState, signOut, useArmedUntil, useEnvironment, useMe } from '@/session'
import { isDesktop, mod } from '@/shell'
import { LiveMark, useLive } from '@/table/foot'
import { attentionWord } from './areas'

export type Theme = 'system' | 'light' | 'dark'
export const chosenTheme = kept<Theme>('themeChoice', 'system')
export function paint(theme: Theme) {
  chosenTheme.set(theme)
  if (theme === 'system') {
    delete document.documentElement.dataset['theme']
    localStorage.removeItem('purser.theme')
  } else {
    document.documentElement.dataset['theme'] = theme
    localStorage.setItem('purser.theme', theme)
  }
  repaint.set((n) => n + 1)
}

export function Top({ attention }: { attention: Attention[] }) {
  const user = useMe()
  return (
    <header className="top">
      <div className="top-brand">
        <span className="brand-mark" aria-hidden />
        <span className="brand-name">{user.tenant.name}</span>
      </div>
      <button type="button" className="top-search" onClick={() => paletteOpen.set(true)}>
        <Search size={14} aria-hidden />
        <span>{t('frame.searchHint')}</span>
        <Kbd>{mod} K</Kbd>
      </button>
      <span className="spring" />
      <Connection />
      <Waiting attention={attention} />
      <Account />
    </header>
  )
}

function Connection() {
  const environment = useEnvironment()
  const live = useLive()
  const until = useArmedUntil()
  const now = useNow(10_000)
  const go = useNavigate()
  const profile = useStore(shellState)?.profile
  const armed = until > now
  const items: MenuItem[] = [
    { heading: profile?.url ?? profile?.name ?? location.host },
    { label: t('frame.connections'), run: () => void go({ to: paths.connections }) },
    ...(environment === 'production'
      ? (['line', { label: t(armed ? 'frame.disarm' : 'frame.arm'), run: armed ? disarm : arm, ...(armed ? { hint: clock(until) } : {}) }] as MenuItem[])
      : []),
  ]
  return (
    <Menu
      items={items}
      trigger={
        <button type="button" className={`badge badge-${environment}`} title={armed ? t('frame.armedHint') : undefined}>
          {environment === 'production' ? t('frame.production').toUpperCase() : t(`frame.${environment}`)}
          {armed && environment === 'production' && <span>· {t('common.armed', { time: clock(until) })}</span>}
          {live !== 'live' && <LiveMark />}
        </button>
      }
    />
  )
}

function Waiting({ attention }: { attention: Attention[] }) {
  const go = useNavigate()
  const open = attention.filter((one) => one.count > 0)
  const total = open.reduce((sum, one) => sum + one.count, 0)
  const label = total > 0 ? t('frame.attention', { n: total }) : t('frame.attentionNone')
  const items: MenuItem[] =
    open.length === 0 ? [{ heading: label }] : open.map((one) => ({ label: attentionWord(one), hint: String(one.count), run: () => void go({ href: queryPath(one.query) }) }))
  return (
    <Menu
      items={items}
      trigger={
        <IconButton label={label} className={total > 0 ? 'flag-on' : 'flag-off'} hint={false}>
          <Flag size={15} />
          {total > 0 && <span className="num">{total > 99 ? '99+' : total}</span>}
        </IconButton>
      }
    />
  )
}

function Account() {
  const user = useMe()
  const go = useNavigate()
  const theme = useStore(chosenTheme)
  const themes: Theme[] = ['system', 'light', 'dark']
  const names = { system: 'frame.themeSystem', light: 'frame.themeLight', dark: 'frame.themeDark' } as const
  const items: MenuItem[] = [
    { heading: `${user.name} · ${roleName(user.role)}` },
    { label: t('frame.account'), run: () => void go({ to: paths.account }) },
    { label: t('frame.keys'), hint: '?', run: () => sheetOpen.set(true) },
    'line',
    { heading: t('frame.theme') },
    ...themes.map((one): MenuItem => ({ label: t(names[one]), checked: theme === one, run: () => paint(one) })),
    'line',
    { heading: t('frame.language') },
    ...languages.map((one): MenuItem => ({ label: one.name, checked: language() === one.id, run: () => void mayLeave().then((leave) => leave && speak(one.id)) })),
    'line',
    { label: t('frame.signOut'), run: () => void mayLeave().then((leave) => (leave ? signOut() : undefined)) },
  ]
  return (
    <Menu
      items={items}
      trigger={
        <button type="button" className="top-me" aria-label={`${t('frame.account')}: ${user.name}`} data-desktop={isDesktop || undefined}>
          <Avatar name={user.name} />
        </button>
      }
    />
  )
}
