/** What the page at hand can do, offered in the palette. A page calls `useActions`; leaving it takes them away. */
import { useEffect, useRef } from 'react'
import { store } from '@/lib/store'
import { refusedText, type Refuse } from '@/parts/why'

export type PageAction = { id: string; label: string; keys?: string; refuse?: Refuse; run: () => void }
export const actions = store<PageAction[][]>([])

export function useActions(list: PageAction[]) {
  const latest = useRef(list)
  useEffect(() => {
    latest.current = list
  })
  const shape = list.map((one) => `${one.id}|${one.label}|${refusedText(one.refuse) ?? ''}`).join('\n')
  useEffect(() => {
    const mine = latest.current.map((one, i): PageAction => ({ ...one, run: () => latest.current[i]?.run() }))
    actions.set((now) => [...now, mine])
    return () => actions.set((now) => now.filter((one) => one !== mine))
  }, [shape])
}
