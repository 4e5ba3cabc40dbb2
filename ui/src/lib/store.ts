/** A value outside React that components can watch. For what is neither in the URL nor on the server. */
import { useSyncExternalStore } from 'react'

export type Store<T> = { get: () => T; set: (next: T | ((now: T) => T)) => void; watch: (watcher: () => void) => () => void }

export function store<T>(initial: T): Store<T> {
  let value = initial
  const watchers = new Set<() => void>()
  return {
    get: () => value,
    set: (next) => {
      value = typeof next === 'function' ? (next as (now: T) => T)(value) : next
      watchers.forEach((watcher) => watcher())
    },
    watch: (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
  }
}
export const useStore = <T>(from: Pick<Store<T>, 'get' | 'watch'>) => useSyncExternalStore(from.watch, from.get)

/** The same, remembered on this device; what cannot be read is forgotten, never an error. */
export function kept<T>(name: string, initial: T): Store<T> {
  const key = `purser.${name}`
  let begin = initial
  try {
    const text = localStorage.getItem(key)
    if (text !== null) begin = JSON.parse(text) as T
  } catch {
    // Unreadable or refused: begin anew.
  }
  const inner = store(begin)
  return {
    ...inner,
    set: (next) => {
      inner.set(next)
      try {
        localStorage.setItem(key, JSON.stringify(inner.get()))
      } catch {
        // Refused: it still holds until the page goes.
      }
    },
  }
}
