/** A figure that becomes a field: Enter keeps it and goes down the column, Escape leaves it as it was, as in a sheet. */
import { useRef, useState } from 'react'

type Props<T> = {
  /** Which column it stands in: the arrows stay in it. */
  column: string
  label: string
  shown: string
  /** What was typed, or undefined while it is not one. */
  parse: (text: string) => T | undefined
  /** Shows the new figure at once and says itself what went wrong. */
  keep: (value: T) => Promise<unknown>
  decimal?: boolean
}

export function Cell<T>({ column, label, shown, parse, keep, decimal }: Props<T>) {
  const [typed, setTyped] = useState<string>()
  /** What was shown when it was handed over, until it is decided. */
  const [before, setBefore] = useState<string>()
  // Enter keeps it and moves on, and leaving keeps it too: one deed, not two.
  const under = useRef(false)
  const value = typed === undefined ? undefined : parse(typed.trim())
  const wrong = typed !== undefined && value === undefined
  const done = () => {
    if (typed === undefined || value === undefined || under.current) return
    if (typed.trim() === shown) return setTyped(undefined)
    under.current = true
    // The field shows what was typed until the record shows something new, and then what that shows: never the old figure in between.
    setBefore(shown)
    void keep(value).finally(() => ((under.current = false), setBefore(undefined), setTyped(undefined)))
  }
  return (
    <input
      className="input input-small num count"
      inputMode={decimal ? 'decimal' : 'numeric'}
      data-column={column}
      aria-label={label}
      aria-invalid={wrong || undefined}
      disabled={before !== undefined}
      value={before !== undefined && shown !== before ? shown : (typed ?? shown)}
      onChange={(event) => setTyped(event.target.value)}
      onFocus={(event) => event.target.select()}
      onBlur={done}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') done()
        if (event.key === 'Escape') setTyped(undefined)
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp' || (event.key === 'Enter' && !wrong)) {
          event.preventDefault()
          step(event.currentTarget, column, event.key === 'ArrowUp' ? -1 : 1)
        }
      }}
    />
  )
}

function step(from: HTMLInputElement, column: string, by: number) {
  const all = [...document.querySelectorAll<HTMLInputElement>(`input[data-column="${CSS.escape(column)}"]`)]
  all[all.indexOf(from) + by]?.focus()
}
