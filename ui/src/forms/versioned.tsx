/**
 * Editing a record others may edit too. Only what was changed is sent, with the version it was read at. When the engine
 * says it changed meanwhile, the two changes are brought together: theirs stands where only they changed something, ours
 * where only we did, and where both did the reader chooses. Nothing is ever overwritten in silence.
 */
import { useRef, useState, type ReactNode } from 'react'
import { asProblem } from '@/api/problem'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { merge } from './merge'
import { useForm, type Form, type Values } from './use-form'

export type Clash = { name: string; theirs: string | boolean; mine: string | boolean }
type Options<V extends Values, R> = {
  record: R
  values: (record: R) => V
  version: (record: R) => number
  /** Reads the record as it stands now. */
  again: () => Promise<R>
  write: (changed: Partial<V>, version: number, all: V) => Promise<R>
  check?: (values: V) => Partial<Record<keyof V & string, string>>
  onDone: (record: R) => void
}
export type Versioned<V extends Values, R> = Form<V> & {
  clashes: Clash[]
  /** Fields taken over from others. */
  met: string[]
  changes: Partial<V>
  base: V
  /** Begins again from a record as it stands now. */
  adopt: (record: R) => void
}

const differing = <V extends Values>(base: V, values: V) =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => base[name] !== value)) as Partial<V>

export function useVersioned<V extends Values, R>({ record, values, version, again, write, check, onDone }: Options<V, R>): Versioned<V, R> {
  const [base, setBase] = useState({ values: values(record), version: version(record) })
  const [clashes, setClashes] = useState<Clash[]>([])
  const [met, setMet] = useState<string[]>([])
  const latest = useRef<Form<V> | undefined>(undefined)
  const form = useForm<V, R>({
    initial: base.values,
    ...(check ? { check } : {}),
    send: async (now) => {
      try {
        return await write(differing(base.values, now), base.version, now)
      } catch (error) {
        if (asProblem(error).stale) {
          const fresh = await again()
          const theirs = values(fresh)
          const { merged, both, taken } = merge(base.values, theirs, now)
          for (const name of taken) latest.current?.set(name, merged[name])
          setBase({ values: theirs, version: version(fresh) })
          latest.current?.begin(theirs)
          setClashes(both.map((name) => ({ name, theirs: theirs[name] ?? '', mine: now[name] ?? '' })))
          setMet(taken)
        }
        throw error
      }
    },
    onDone: (reply) => {
      setBase({ values: values(reply), version: version(reply) })
      setClashes([])
      setMet([])
      onDone(reply)
    },
  })
  latest.current = form
  return {
    ...form,
    base: base.values,
    changes: differing(base.values, form.values),
    clashes: clashes.filter((clash) => form.values[clash.name] !== clash.theirs),
    met,
    adopt: (next) => {
      setBase({ values: values(next), version: version(next) })
      setClashes([])
      setMet([])
      form.reset(values(next))
    },
  }
}

type Props<V extends Values> = { form: Versioned<V, never>; label: (name: string) => string; show?: (name: string, value: string | boolean) => ReactNode }
/** What the others changed, and where both changed the same: whose shall stand. */
export function Clashes<V extends Values>({ form, label, show = (_, value) => String(value) || '–' }: Props<V>) {
  if (form.clashes.length === 0 && form.met.length === 0) return null
  return (
    <section className="clashes" aria-label={t('common.staleTitle')}>
      {form.met.length > 0 && <p>{t('forms.met', { fields: form.met.map(label).join(', ') })}</p>}
      {form.clashes.length > 0 && (
        <>
          <p>{t('forms.clash')}</p>
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">{t('common.changed')}</th>
                <th scope="col">{t('forms.theirs')}</th>
                <th scope="col">{t('forms.mine')}</th>
                <th scope="col">
                  <span className="unseen">{t('forms.take')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {form.clashes.map((clash) => (
                <tr key={clash.name}>
                  <th scope="row">{label(clash.name)}</th>
                  <td>{show(clash.name, clash.theirs)}</td>
                  <td>{show(clash.name, clash.mine)}</td>
                  <td className="cell-end">
                    <Button small onClick={() => form.set(clash.name as keyof V & string, clash.theirs as V[keyof V & string])}>
                      {t('forms.take')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  )
}
