/** Which rows are selected, by id, so that a selection outlives scrolling and patched rows; new filters begin a new one. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

const nothing: ReadonlySet<string> = new Set()

export function useSelection(rows: { id: string }[], filters: string) {
  const [selected, setSelected] = useState(nothing)
  const anchor = useRef(-1)
  const latest = useRef(rows)
  useEffect(() => {
    latest.current = rows
  })
  const clear = useCallback(() => setSelected(nothing), [])
  useEffect(clear, [clear, filters])

  /** With `range`, everything between the last touched row and this one follows this one. */
  const toggle = useCallback((index: number, range: boolean) => {
    setSelected((now) => {
      const row = latest.current[index]
      if (!row) return now
      const on = !now.has(row.id)
      const next = new Set(now)
      const from = range && anchor.current >= 0 ? anchor.current : index
      for (let i = Math.min(from, index); i <= Math.max(from, index); i++) {
        const id = latest.current[i]?.id
        if (id === undefined) continue
        if (on) next.add(id)
        else next.delete(id)
      }
      return next
    })
    anchor.current = index
  }, [])
  const toggleAll = useCallback(() => setSelected((now) => (latest.current.every((row) => now.has(row.id)) ? nothing : new Set(latest.current.map((row) => row.id)))), [])
  const ids = useMemo(() => [...selected], [selected])
  return { selected, ids, toggle, toggleAll, clear }
}
