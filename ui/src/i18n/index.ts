/** Words. English is complete by definition; every other catalog has the same keys (a type and a test say so). */
import { useSyncExternalStore } from 'react'
import { de } from './de'
import { en } from './en'

/** A sentence with {names} in it, or two where the number n decides. */
export type Message = string | { one: string; other: string }
export type Shape = { [A in keyof typeof en]: { [K in keyof (typeof en)[A]]: Message } }
export type Key = { [A in keyof typeof en & string]: `${A}.${keyof (typeof en)[A] & string}` }[keyof typeof en & string]
/** Every right the engine knows, by its own name. */
export type Right = keyof typeof en.permission
export type Language = 'en' | 'de'
export type Vars = Record<string, string | number>

export const catalogs: Record<Language, Shape> = { en, de }
export const languages: { id: Language; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'de', name: 'Deutsch' },
]

const STORE = 'purser.language'
const initial = (): Language => {
  if (typeof navigator === 'undefined') return 'en'
  const kept = globalThis.localStorage?.getItem(STORE)
  if (kept === 'en' || kept === 'de') return kept
  return navigator.language.startsWith('de') ? 'de' : 'en'
}
let current: Language = initial()
const watchers = new Set<() => void>()

export const language = () => current
/** The locale for numbers and dates: the reader's own where it speaks the chosen language. */
export const locale = () => {
  const own = typeof navigator === 'undefined' ? undefined : navigator.languages.find((l) => l.startsWith(current))
  return own ?? (current === 'de' ? 'de-DE' : 'en-GB')
}
export function speak(next: Language) {
  current = next
  localStorage.setItem(STORE, next)
  document.documentElement.lang = next
  watchers.forEach((watcher) => watcher())
}
export const useLanguage = () =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    () => current,
  )

export function format(message: Message, vars: Vars = {}, tongue: string = current): string {
  const text =
    typeof message === 'string' ? message : new Intl.PluralRules(tongue).select(Number(vars['n'] ?? 0)) === 'one' ? message.one : message.other
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = vars[name]
    return value === undefined ? whole : typeof value === 'number' ? value.toLocaleString(locale()) : value
  })
}

const find = (key: string, tongue: Language): Message | undefined => {
  const dot = key.indexOf('.')
  const area = (catalogs[tongue] as Record<string, Record<string, Message>>)[key.slice(0, dot)]
  return area?.[key.slice(dot + 1)]
}
export const t = (key: Key, vars?: Vars) => format(find(key, current) ?? key, vars)
/** The catalog's word for what the engine names, or nothing where it has none. */
export const wordFor = (area: keyof typeof en & string, value: string) => {
  const message = find(`${area}.${value}`, current)
  return typeof message === 'string' ? message : undefined
}
/** For words the engine chooses (a state, a kind): the catalog's word, or the engine's own made readable. */
export const word = (area: keyof typeof en & string, value: string) => wordFor(area, value) ?? value.charAt(0).toUpperCase() + value.slice(1).replaceAll('_', ' ')
