/** What a provider, or the engine about it, answered: each code in a plain sentence. */
import { asProblem, Problem } from '@/api/problem'
import { t, wordFor } from '@/i18n'

/** A refusal of a sign-in elsewhere as a person reads it; what is not about it stays as it is. */
export function saidOf(error: unknown): Problem {
  const problem = asProblem(error)
  const said = wordFor('elsewhere', problem.code)
  if (!said) return problem
  // With 403 the page would say that a right is missing, which it is not.
  return new Problem(400, { code: problem.code, title: said, ...(problem.requestId ? { requestId: problem.requestId } : {}) })
}
export const sentenceOf = (code: string) => wordFor('elsewhere', code) ?? t('elsewhere.other')

export type Arrived = { code: string; error: string; purpose: 'sign_in' | 'link' }
export function arrivedWith(hash: string): Arrived {
  const said = new URLSearchParams(hash.replace(/^#/, ''))
  return { code: said.get('code') ?? '', error: said.get('error') ?? '', purpose: said.get('purpose') === 'link' ? 'link' : 'sign_in' }
}

let taken: Arrived | undefined
/** What the address brought, taken out of it at once: it is neither in the history nor in what somebody copies. */
export function takeArrived(): Arrived {
  const { pathname, search, hash } = window.location
  const found = arrivedWith(hash)
  if (found.code || found.error) {
    taken = found
    window.history.replaceState(window.history.state, '', pathname + search)
  }
  return taken ?? found
}
/** Nothing is finished twice. */
export const forgetArrived = () => {
  taken = undefined
}

const NEXT = 'purser.next'
/** Where one was going, kept in this window while the provider's page is open. */
export const keepNext = (next: string | undefined) => (next ? sessionStorage.setItem(NEXT, next) : sessionStorage.removeItem(NEXT))
export const keptNext = () => sessionStorage.getItem(NEXT) ?? undefined
