/** Fields: label, control, hint, error; nothing about what they mean. */
import { Eye, EyeOff } from 'lucide-react'
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { t } from '@/i18n'
import { IconButton } from '@/parts/button'
import type { Form, NameOf, Values } from './use-form'

type Base<V extends Values> = {
  form: Form<V>
  name: NameOf<V, string>
  label: string
  hint?: string
  optional?: boolean
}
type Wiring = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': true | undefined; 'data-field': string }

function Frame({ label, hint, error, optional, name, children }: { label: string; hint: string | undefined; error: string | undefined; optional: boolean | undefined; name: string; children: (wiring: Wiring) => ReactNode }) {
  const id = useId()
  const says = error ? `${id}-error` : hint ? `${id}-hint` : undefined
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label} {optional && <span className="quiet">{t('common.optional')}</span>}
      </label>
      {children({ id, 'aria-describedby': says, 'aria-invalid': error ? true : undefined, 'data-field': name })}
      {error ? (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      ) : (
        hint && (
          <p className="field-hint" id={`${id}-hint`}>
            {hint}
          </p>
        )
      )}
    </div>
  )
}
const value = <V extends Values>(form: Form<V>, name: NameOf<V, string>) => form.values[name] as string
const put = <V extends Values>(form: Form<V>, name: NameOf<V, string>, text: string) => form.set(name, text as V[typeof name])

type TextProps<V extends Values> = Base<V> & { type?: 'text' | 'email' | 'tel' | 'url' | 'date'; autoComplete?: string; autoFocus?: boolean; max?: number; decimal?: boolean; suffix?: string; placeholder?: string }
export function TextField<V extends Values>({ form, name, label, hint, optional, type = 'text', autoComplete, autoFocus, max = 200, decimal, suffix, placeholder }: TextProps<V>) {
  return (
    <Frame name={name} label={label} hint={hint} error={form.errors[name]} optional={optional}>
      {(wiring) => (
        <span className={suffix ? 'input-with' : undefined}>
          <input
            {...wiring}
            className={`input${decimal ? ' num' : ''}`}
            type={type}
            value={value(form, name)}
            onChange={(event) => put(form, name, event.target.value)}
            autoComplete={autoComplete ?? 'off'}
            autoFocus={autoFocus}
            maxLength={max}
            inputMode={decimal ? 'decimal' : undefined}
            placeholder={placeholder}
          />
          {suffix && <span className="input-suffix">{suffix}</span>}
        </span>
      )}
    </Frame>
  )
}

/** An amount as typed, in the currency named beside it; read it with `parseAmount` when sending. */
export const MoneyField = <V extends Values>({ currency, ...rest }: Base<V> & { currency: string; autoFocus?: boolean; placeholder?: string }) => (
  <TextField {...rest} decimal suffix={currency} />
)

export function PasswordField<V extends Values>({ form, name, label, hint, fresh, autoFocus }: Base<V> & { fresh?: boolean; autoFocus?: boolean }) {
  const [shown, setShown] = useState(false)
  return (
    <Frame name={name} label={label} hint={hint} error={form.errors[name]} optional={false}>
      {(wiring) => (
        <span className="input-with">
          <input {...wiring} className="input" type={shown ? 'text' : 'password'} value={value(form, name)} onChange={(event) => put(form, name, event.target.value)} autoComplete={fresh ? 'new-password' : 'current-password'} autoFocus={autoFocus} maxLength={512} />
          <IconButton label={t(shown ? 'entry.hide' : 'entry.show')} hint={false} className="input-suffix" onClick={() => setShown(!shown)}>
            {shown ? <EyeOff size={14} /> : <Eye size={14} />}
          </IconButton>
        </span>
      )}
    </Frame>
  )
}

type CodeProps<V extends Values> = Base<V> & { kind: 'totp' | 'backup'; autoFocus?: boolean }
/** A code of a second factor. The six digits of an app are sent as soon as they are all there. */
export function CodeField<V extends Values>({ form, name, label, hint, kind, autoFocus }: CodeProps<V>) {
  const text = value(form, name)
  const submit = useRef(form.submit)
  useEffect(() => {
    submit.current = form.submit
  })
  const whole = kind === 'totp' && /^\d{6}$/.test(text.replace(/\s/g, ''))
  useEffect(() => {
    if (whole) submit.current()
  }, [whole])
  return (
    <Frame name={name} label={label} hint={hint} error={form.errors[name]} optional={false}>
      {(wiring) => (
        <input
          {...wiring}
          className="input input-code"
          value={text}
          onChange={(event) => put(form, name, event.target.value)}
          inputMode={kind === 'totp' ? 'numeric' : 'text'}
          autoComplete={kind === 'totp' ? 'one-time-code' : 'off'}
          autoCapitalize={kind === 'totp' ? undefined : 'characters'}
          spellCheck={false}
          autoFocus={autoFocus}
          maxLength={kind === 'totp' ? 7 : 40}
        />
      )}
    </Frame>
  )
}

export function AreaField<V extends Values>({ form, name, label, hint, optional, rows = 3, max = 4000 }: Base<V> & { rows?: number; max?: number }) {
  return (
    <Frame name={name} label={label} hint={hint} error={form.errors[name]} optional={optional}>
      {(wiring) => <textarea {...wiring} className="input" rows={rows} maxLength={max} value={value(form, name)} onChange={(event) => put(form, name, event.target.value)} />}
    </Frame>
  )
}

export function SelectField<V extends Values>({ form, name, label, hint, optional, options, none }: Base<V> & { options: { value: string; label: string }[]; none?: string }) {
  return (
    <Frame name={name} label={label} hint={hint} error={form.errors[name]} optional={optional}>
      {(wiring) => (
        <select {...wiring} className="input select" value={value(form, name)} onChange={(event) => put(form, name, event.target.value)}>
          {none !== undefined && <option value="">{none}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Frame>
  )
}

export function CheckField<V extends Values>({ form, name, label }: { form: Form<V>; name: NameOf<V, boolean>; label: string }) {
  return (
    <label className="check">
      <input type="checkbox" data-field={name} checked={form.values[name] as boolean} onChange={(event) => form.set(name, event.target.checked as V[typeof name])} /> {label}
    </label>
  )
}
