/** Who is signed in, what they may do, and where (which environment). The server decides; this only saves a useless click. */
import { drop, hold, onLapsed, onShut, refresh } from '@/api/send'
import { liveNow, startEvents, stopEvents, watchLive } from '@/api/events'
import { get, post } from '@/api/client'
import type { Environment, Me, ShellState, SignedIn } from '@/api/shapes'
import type { Right } from '@/i18n'
import { kept, store, useStore } from '@/lib/store'
import { isDesktop } from '@/shell'

export type Standing = 'unknown' | 'out' | 'lapsed' | 'in'
export const me = store<Me | undefined>(undefined)
export const standing = store<Standing>('unknown')
export const shellState = store<ShellState | undefined>(undefined)

/** The business is shut, suspended or about to be deleted: every call is refused with one of these codes. */
export type Shut = 'tenant_suspended' | 'tenant_closing'
export const shut = store<Shut | undefined>(undefined)

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('purser.session')

export function enter(user: Me) {
  me.set(user)
  shut.set(undefined)
  standing.set('in')
  startEvents()
}
export function signedIn(reply: SignedIn) {
  hold(reply)
  enter(reply.user)
}
function leave(how: Standing) {
  drop()
  stopEvents()
  shut.set(undefined)
  standing.set(how)
}

onShut((code) => {
  stopEvents()
  shut.set(code as Shut)
})
onLapsed(() => {
  if (standing.get() === 'in') leave('lapsed')
})
channel?.addEventListener('message', (event) => {
  if (event.data === 'out' && standing.get() === 'in') leave('out')
})

/** Finds out once, at the start, whether this browser or window still has a session. */
let first: Promise<void> | undefined
export const begin = () => (first ??= settle())
async function settle() {
  if (isDesktop) {
    startEvents()
    shellState.set(await get<ShellState>('/shell/v1/state').catch(() => undefined))
  }
  const user = await refresh()
  // The reply to a refresh names whose session it is, not as whom they see Purser at the moment.
  if (user) enter(isDesktop ? user : await get<Me>('/auth/me').catch(() => user))
  else if (!shut.get()) standing.set('out')
}
/** After a failed start (nothing answered) the next visit asks again. */
export const beginAgain = () => {
  first = undefined
}

export async function signOut() {
  await post('/auth/logout', {}).catch(() => undefined)
  channel?.postMessage('out')
  leave('out')
}

/** Reads again who this session is, and what hangs over it. */
export async function lookAgain() {
  const now = await get<Me>('/auth/me').catch(() => undefined)
  if (now && standing.get() === 'in') me.set(now)
}
/** Reads again who this session is: after beginning, or ending, to see Purser as somebody else, also in the other windows. */
export async function becameSomebody(client: { resetQueries: () => Promise<unknown> }) {
  const before = me.get()
  me.set(await get<Me>('/auth/me'))
  channel?.postMessage('me')
  if (before?.id !== me.get()?.id) await client.resetQueries()
}
/** Another window began or ended it, or the stream of events was cut for it: the page finds out and tells `then`. */
export function onSomebodyElse(then: () => void) {
  const look = async () => {
    if (standing.get() !== 'in') return
    const now = await get<Me>('/auth/me').catch(() => undefined)
    const before = me.get()
    if (!now || (now.id === before?.id && now.impersonation?.until === before?.impersonation?.until)) return
    me.set(now)
    if (now.id !== before?.id) then()
  }
  const told = (event: MessageEvent) => void (event.data === 'me' && look())
  channel?.addEventListener('message', told)
  const unwatch = watchLive(() => void (liveNow() === 'live' && look()))
  return () => {
    channel?.removeEventListener('message', told)
    unwatch()
  }
}

export const useMe = (): Me => {
  const user = useStore(me)
  if (!user) throw new Error('useMe: nobody is signed in; this part belongs inside the frame')
  return user
}
export const can = (right: Right) => {
  return me.get()?.permissions.includes(right) ?? false
}
/** Held over one's own alone it opens single things, reached from one's orders: there is no list of them. */
const listless: Right[] = ['read:payment']
/** Whether somebody may see such things at all: everybody's, or their own. */
export const sees = (right: Right) => can(right) || (!listless.includes(right) && (me.get()?.own.includes(right) ?? false))
export const useCan = (right: Right | undefined) => {
  useStore(me)
  return right === undefined || can(right)
}

export const environmentNow = (): Environment => shellState.get()?.profile.environment ?? (me.get()?.tenant.environment as Environment | undefined) ?? 'local'
export const useEnvironment = (): Environment => {
  useStore(me)
  useStore(shellState)
  return environmentNow()
}

/** On production a destructive action wants the record's name typed, unless armed within the last quarter of an hour. */
const armedUntil = kept('armedUntil', 0)
export const arm = () => armedUntil.set(Date.now() + 15 * 60_000)
export const disarm = () => armedUntil.set(0)
export const isArmed = () => armedUntil.get() > Date.now()
export const useArmedUntil = () => useStore(armedUntil)
