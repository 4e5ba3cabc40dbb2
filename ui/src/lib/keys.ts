/** The keyboard: one listener, a stack of scopes, and a list of what holds now for the sheet of keys. */
import { useEffect, useRef } from 'react'
import type { Key } from '@/i18n'
import { kept, store, useStore } from './store'

export type KeyUse = {
  /** `j`, `Escape`, `mod+k`, `g o` (one after the other), `?`. */
  keys: string
  label?: Key
  run: (event: KeyboardEvent) => void
  /** Also while typing in a field or inside a dialog (only for keys with a modifier, and Escape). */
  always?: boolean
  group?: 'here' | 'go' | 'everywhere'
}

export const scopes = store<KeyUse[][]>([])
export const sheetOpen = store(false)
export const paletteOpen = store(false)
export const railFolded = kept('rail', false)

let prefix = ''
let prefixAt = 0

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !isToggle(target)
const isToggle = (target: HTMLElement) => target instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(target.type)
const inLayer = () => document.querySelector('[data-layer]') !== null

export const comboOf = (event: Pick<KeyboardEvent, 'key' | 'metaKey' | 'ctrlKey' | 'altKey'>) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return `${event.metaKey || event.ctrlKey ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${key}`
}

function onKey(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return
  const combo = comboOf(event)
  const closed = typing(event.target) || inLayer()
  const chained = prefix && Date.now() - prefixAt < 1200 ? `${prefix} ${combo}` : ''
  prefix = ''
  const all = scopes.get().toReversed().flat()
  const hit = all.find((use) => (use.keys === combo || use.keys === chained) && (use.always || !closed))
  if (hit) {
    event.preventDefault()
    hit.run(event)
  } else if (!closed && all.some((use) => use.keys.startsWith(`${combo} `))) {
    prefix = combo
    prefixAt = Date.now()
  }
}
if (typeof document !== 'undefined') document.addEventListener('keydown', onKey)

/** Holds these keys while the component is on the page; the latest scope wins. */
export function useKeys(uses: KeyUse[], on = true) {
  const latest = useRef(uses)
  useEffect(() => {
    latest.current = uses
  })
  const shape = uses.map((use) => use.keys + (use.always ? '!' : '')).join('|')
  useEffect(() => {
    if (!on) return
    const scope = latest.current.map((use, i): KeyUse => ({ ...use, run: (event) => latest.current[i]?.run(event) }))
    scopes.set((now) => [...now, scope])
    return () => scopes.set((now) => now.filter((one) => one !== scope))
  }, [on, shape])
}
export const useScopes = () => useStore(scopes)
