/** Fields that write at once, without a form to send. */
import { useEffect, useId, useState, type ReactNode } from 'react'

const Field = ({ id, label, hint, children }: { id: string; label: string; hint?: string | undefined; children: ReactNode }) => (
  <div className="field">
    <label className="field-label" htmlFor={id}>
      {label}
    </label>
    {children}
    {hint && (
      <p className="field-hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
  </div>
)

type ChooseProps = { label: string; value: string; onChange: (value: string) => void; options: { value: string; label: string }[]; none?: string; hint?: string }
export function Choose({ label, value, onChange, options, none, hint }: ChooseProps) {
  const id = useId()
  return (
    <Field id={id} label={label} hint={hint}>
      <select id={id} className="input select" value={value} aria-describedby={hint ? `${id}-hint` : undefined} onChange={(event) => onChange(event.target.value)}>
        {none !== undefined && <option value="">{none}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  )
}

type TypeProps = { label: string; value: string; onChange: (value: string) => void; hint?: string; suffix?: string; type?: 'text' | 'datetime-local' }
/** Written when it is left or Enter is pressed, not with every letter. */
export function Type({ label, value, onChange, hint, suffix, type = 'text' }: TypeProps) {
  const id = useId()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const put = () => text !== value && onChange(text)
  return (
    <Field id={id} label={label} hint={hint}>
      <span className={suffix ? 'input-with' : undefined}>
        <input id={id} className="input" type={type} value={text} autoComplete="off" aria-describedby={hint ? `${id}-hint` : undefined} onChange={(event) => setText(event.target.value)} onBlur={put} onKeyDown={(event) => event.key === 'Enter' && put()} />
        {suffix && <span className="input-suffix">{suffix}</span>}
      </span>
    </Field>
  )
}
