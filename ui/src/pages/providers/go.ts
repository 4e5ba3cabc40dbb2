/** To a provider and back: this page is left for it, or, from the window, the system's browser goes there while the window waits. */
import { post, remove } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { ProviderStarted } from '@/api/shapes'
import { isDesktop } from '@/shell'

type Away = { id: string; purpose: 'sign_in' | 'link'; rememberMe?: boolean }

/** Answers what came of it, or never: the page is left. */
export async function goTo<T>({ id, purpose, rememberMe }: Away): Promise<T> {
  if (isDesktop) return post<T>('/shell/v1/sign-in', { provider: id, purpose, ...(rememberMe === undefined ? {} : { rememberMe }) })
  const { url } = await post<ProviderStarted>(`/auth/providers/${id}/${purpose === 'link' ? 'link' : 'start'}`, rememberMe === undefined ? {} : { rememberMe })
  location.assign(url)
  return new Promise<T>(() => undefined)
}
/** Changing one's mind is no failure. */
export const wasCalledOff = (error: unknown) => asProblem(error).code === 'sign_in_cancelled'
export const callOff = () => remove('/shell/v1/sign-in').catch(() => undefined)
