/** A field that finds one record by words: type, choose with the arrows or the pointer. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { t } from '@/i18n'

export type Found<R> = { value: string; label: string; note?: string; refuse?: string | undefined; record: R }
type Props<R> = {
  label: string
  /** What stands in the field while it is not searched in. */
  shown?: string
  placeholder?: string
  find: (words: string) => Promise<Found<R>[]>
  onPick: (found: Found<R>) => void
  autoFocus?: boolean
  error?: string | undefined
  field?: string
}

export function FindField<R>({ label, shown = '', placeholder, find, onPick, autoFocus, error, field }: Props<R>) {
  const id = useId()
  const [words, setWords] = useState<string>()
  const [found, setFound] = useState<Found<R>[]>()
  const [failed, setFailed] = useState(false)
  const [at, setAt] = useState(0)
  const search = useRef(find)
  useEffect(() => {
    search.current = find
  })
  useEffect(() => {
    if (words === undefined) return
    let here = true
    const timer = setTimeout(
      () =>
        void search.current(words.trim()).then(
          (rows) => here && (setFound(rows), setFailed(false), setAt(0)),
          () => here && setFailed(true),
        ),
      words ? 120 : 0,
    )
    return () => {
      here = false
      clearTimeout(timer)
    }
  }, [words])
  const open = words !== undefined && (found !== undefined || failed)
  const close = () => (setWords(undefined), setFound(undefined))
  const pick = (one: Found<R> | undefined) => {
    if (!one || one.refuse) return
    onPick(one)
    close()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const count = found?.length ?? 0
    if (event.key === 'ArrowDown' && !open) setWords(words ?? '')
    else if (event.key === 'ArrowDown' && count > 0) setAt((at + 1) % count)
    else if (event.key === 'ArrowUp' && count > 0) setAt((at + count - 1) % count)
    else if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey && open) pick(found?.[at])
    else if (event.key === 'Escape' && open) {
      close()
      event.stopPropagation()
    } else return
    event.preventDefault()
  }
  return (
    <div className="field find">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className="input"
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && found?.[at] ? `${id}-${at}` : undefined}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        data-field={field}
        autoComplete="off"
        autoFocus={autoFocus}
        placeholder={placeholder}
        value={words ?? shown}
        onFocus={(event) => event.currentTarget.select()}
        onClick={() => setWords(words ?? '')}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <div id={`${id}-list`} className="find-list" role="listbox" aria-label={label} hidden={!open} {...(open ? { 'data-layer': '' } : {})}>
        {(found ?? []).map((one, i) => (
          // The field itself takes the keys; the pointer is the other way to the same.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div key={one.value} id={`${id}-${i}`} role="option" aria-selected={i === at} aria-disabled={one.refuse ? true : undefined} tabIndex={-1} className="find-item" onMouseDown={(event) => event.preventDefault()} onClick={() => pick(one)}>
            <span className="find-name">{one.label}</span>
            <span className="quiet">{one.refuse ?? one.note}</span>
          </div>
        ))}
        {failed && <div className="find-note">{t('frame.paletteFailed')}</div>}
        {found?.length === 0 && !failed && <div className="find-note">{t('frame.paletteNothing', { q: words ?? '' })}</div>}
      </div>
      {error && (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}
