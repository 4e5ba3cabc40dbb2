/** One clock for everything that shows an age. */
import { useSyncExternalStore } from 'react'

let now = Date.now()
const watchers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

const watch = (watcher: () => void) => {
  watchers.add(watcher)
  timer ??= setInterval(() => {
    now = Date.now()
    watchers.forEach((one) => one())
  }, 1000)
  return () => {
    watchers.delete(watcher)
    if (watchers.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}
/** The present, rounded down to `step` milliseconds, so that a component repaints no more often than it needs to. */
export const useNow = (step = 1000) => {
  const rounded = () => (timer === undefined ? Math.floor((now = Date.now()) / step) : Math.floor(now / step))
  return useSyncExternalStore(watch, rounded) * step + (step === 1000 ? 999 : 0)
}
