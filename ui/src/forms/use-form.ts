/** The one form pattern: flat fields, one mutation, the engine's problems beside the fields they name. */
import { useRef, useState } from 'react'
import { asProblem, fieldErrors, type Problem } from '@/api/problem'
import { useUnsaved } from './unsaved'

export type Values = Record<string, string | boolean>
export type Form<V extends Values> = {
  values: V
  set: <K extends keyof V & string>(name: K, value: V[K]) => void
  errors: Partial<Record<string, string>>
  rest: string[]
  problem: Problem | undefined
  busy: boolean
  dirty: boolean
  /** Whether something was typed that leaving would lose, as it is at this moment. */
  held: () => boolean
  submit: () => void
  reset: (values: V) => void
  /** The console itself filled it in: nothing that was typed. */
  fill: (part: Partial<V>) => void
  /** What the values are compared with from now on, where others saved meanwhile. */
  begin: (values: V) => void
  /** What was typed may be left behind: it was given up, or kept another way. */
  release: () => void
}

type Options<V extends Values, T> = {
  initial: V
  /** What can be said without asking the engine; a message per field, or nothing. */
  check?: (values: V) => Partial<Record<keyof V & string, string>>
  /** `key` stays the same while the values do, so that pressing twice after a lost reply is one deed. */
  send: (values: V, key: string) => Promise<T>
  onDone: (reply: T, values: V) => void
  /** A code or a password on the way to something else: nothing that leaving would lose. */
  passing?: true
}

export function useForm<V extends Values, T>({ initial, check, send, onDone, passing }: Options<V, T>): Form<V> {
  const [values, setValues] = useState(initial)
  const [begun, setBegun] = useState(initial)
  const [errors, setErrors] = useState<Partial<Record<string, string>>>({})
  const [rest, setRest] = useState<string[]>([])
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const intent = useRef({ text: '', key: '' })
  const dirty = JSON.stringify(values) !== JSON.stringify(begun)
  const { held, release } = useUnsaved(dirty && !passing)

  const submit = () => {
    if (busy) return
    const wrong = check?.(values) ?? {}
    if (Object.values(wrong).some(Boolean)) {
      setErrors(wrong)
      focusFirst(wrong, Object.keys(values))
      return
    }
    const text = JSON.stringify(values)
    if (intent.current.text !== text) intent.current = { text, key: crypto.randomUUID() }
    setBusy(true)
    setProblem(undefined)
    setErrors({})
    setRest([])
    send(values, intent.current.key).then(
      (reply) => {
        setBusy(false)
        setBegun(values)
        release()
        intent.current = { text: '', key: '' }
        onDone(reply, values)
      },
      (error: unknown) => {
        const found = asProblem(error)
        const split = fieldErrors(found, Object.keys(values))
        // An answer came: the deed did not happen, and the next press is a new one.
        if (!found.offline && found.status < 500) intent.current = { text: '', key: '' }
        setBusy(false)
        setProblem(found)
        setErrors(split.fields)
        setRest(split.rest)
        focusFirst(split.fields, Object.keys(values))
      },
    )
  }
  return {
    values,
    set: (name, value) => {
      setValues((now) => ({ ...now, [name]: value }))
      setErrors((now) => ({ ...now, [name]: undefined }))
    },
    errors,
    rest,
    problem,
    busy,
    dirty,
    held,
    submit,
    reset: (next) => {
      setValues(next)
      setBegun(next)
      setErrors({})
      setProblem(undefined)
      setRest([])
    },
    fill: (part) => {
      setValues((now) => ({ ...now, ...part }))
      setBegun((now) => ({ ...now, ...part }))
    },
    begin: setBegun,
    release,
  }
}

function focusFirst(errors: Partial<Record<string, string>>, order: string[]) {
  const first = order.find((name) => errors[name])
  if (first) requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-field="${CSS.escape(first)}"]`)?.focus())
}

/** The names of a form's values of one type, so that a field cannot be wired to the wrong kind. */
export type NameOf<V extends Values, T> = { [K in keyof V & string]: V[K] extends T ? K : never }[keyof V & string]
export const filled = (value: string) => (value.trim() === '' ? undefined : value.trim())
