/**
 * What was typed and is not saved yet. Whatever would throw it away asks here first; the dialog that puts the question
 * stands in the frame (`leaving.tsx`). A form says so by itself; a page that keeps its draft elsewhere uses `useUnsaved`.
 */
import { useCallback, useEffect, useState } from 'react'
import { store } from '@/lib/store'

const holding = store<ReadonlySet<symbol>>(new Set())
export const unsaved = { watch: holding.watch, get: () => holding.get().size > 0 }

const put = (who: symbol, on: boolean) => {
  const now = holding.get()
  if (now.has(who) === on) return
  const next = new Set(now)
  if (on) next.add(who)
  else next.delete(who)
  holding.set(next)
}

/** `release` says at once that it is nothing any more: whoever saved goes on to another page before React drew the form again. */
export function useUnsaved(dirty: boolean): { held: () => boolean; release: () => void } {
  const [who] = useState(() => Symbol('unsaved'))
  useEffect(() => {
    put(who, dirty)
    return () => put(who, false)
  }, [who, dirty])
  const held = useCallback(() => holding.get().has(who), [who])
  const release = useCallback(() => put(who, false), [who])
  return { held, release }
}

type Asked = { answer: (leave: boolean) => void }
export const asked = store<Asked | undefined>(undefined)

/** Asks whether to leave what was typed behind. */
export function askToLeave(): Promise<boolean> {
  // A second question takes the place of the first, which is then answered by staying.
  asked.get()?.answer(false)
  return new Promise((resolve) => {
    const answer = (leave: boolean) => {
      asked.set(undefined)
      // What is left behind is not asked about again on the same way out.
      if (leave) holding.set(new Set())
      resolve(leave)
    }
    asked.set({ answer })
  })
}

/** For what throws a whole page away without going to another one. */
export const mayLeave = () => (unsaved.get() ? askToLeave() : Promise.resolve(true))
