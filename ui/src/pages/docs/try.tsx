/** Asks the engine with the reader's own session and shows the answer as it came. */
import { useState, type FormEvent } from 'react'
import { withParams } from '@/api/client'
import { asProblem } from '@/api/problem'
import { send } from '@/api/send'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { Failure } from '@/parts/states'
import type { Entry } from './model'
import { Shape } from './operation'

const MOST = 20_000
type Said = { status: number; ms: number; text: string; cut: boolean }

export function Try({ entry }: { entry: Entry }) {
  const [values, setValues] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const [said, setSaid] = useState<Said>()
  const [error, setError] = useState<unknown>()
  const fields = entry.parameters?.filter((parameter) => parameter.in === 'path' || parameter.in === 'query') ?? []
  const missing = fields.find((field) => field.required && !values[field.name]?.trim())
  const endless = entry.path.endsWith('/events')
  const ask = async (event: FormEvent) => {
    event.preventDefault()
    if (missing || busy || endless) return
    setBusy(true)
    setError(undefined)
    const path = entry.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
    const query = Object.fromEntries(fields.filter((field) => field.in === 'query').map((field) => [field.name, values[field.name]]))
    try {
      const began = performance.now()
      const response = await send({ method: 'GET', path: withParams(path, query), headers: { accept: 'application/json' } })
      const text = await response.text()
      const ms = Math.round(performance.now() - began)
      setSaid({ status: response.status, ms, text: pretty(text).slice(0, MOST), cut: text.length > MOST })
    } catch (failed) {
      setError(asProblem(failed))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="try" onSubmit={(event) => void ask(event)} noValidate>
      {fields.length > 0 && (
        <div className="try-fields">
          {fields.map((field) => (
            <label key={field.name} className="field">
              <span className="field-label">{field.name}</span>
              <input className="input input-small" value={values[field.name] ?? ''} onChange={(event) => setValues({ ...values, [field.name]: event.target.value })} spellCheck={false} autoComplete="off" />
            </label>
          ))}
        </div>
      )}
      <div>
        <Button type="submit" small look="primary" busy={busy} refuse={endless ? t('docs.onlyGet') : missing && `${missing.name}: ${t('common.required')}`}>
          {t(busy ? 'docs.asking' : 'docs.try')}
        </Button>
      </div>
      {error !== undefined && <Failure problem={error} small />}
      {said && <Shape title={t('docs.took', { status: said.status, ms: said.ms })} text={said.text || t('docs.nothing')} />}
      {said?.cut && <p className="quiet">{t('docs.cut', { n: MOST })}</p>}
    </form>
  )
}

const pretty = (text: string) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
