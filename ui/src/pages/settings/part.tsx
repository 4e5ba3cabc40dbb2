/** One part of the settings: read, changed in place, saved by itself, and brought together with what others saved meanwhile. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { get, patch, read } from '@/api/client'
import { FormProblem } from '@/forms/form'
import type { Values } from '@/forms/use-form'
import { Clashes, useVersioned, type Versioned } from '@/forms/versioned'
import { t, type Key } from '@/i18n'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Section } from '@/record/record-page'
import { can } from '@/session'

export type SettingsPartSpec<V extends Values, R extends { version: number }> = {
  /** Where the page's list of parts leads. */
  id: string
  path: string
  title: Key
  lead?: Key
  save: Key
  saved: Key
  /** A field's name, and what stands in it, in words. */
  label: (name: string) => string
  show?: (name: string, value: string | boolean) => ReactNode
  values: (record: R) => V
  check?: (values: V) => Partial<Record<keyof V & string, string>>
  change: (changed: Partial<V>, all: V) => Record<string, unknown>
  actions?: ReactNode
  /** Short fields, two beside one another. */
  pairs?: true
  /** Fields that are tables, and want the room. */
  wide?: true
  fields: (form: Versioned<V, R>, record: R) => ReactNode
}

export function SettingsPart<V extends Values, R extends { version: number }>({ spec }: { spec: SettingsPartSpec<V, R> }) {
  const record = useQuery(read<R>(spec.path))
  return (
    <div id={spec.id}>
      <Section title={t(spec.title)} actions={spec.actions}>
        {spec.lead && <p className="section-lead">{t(spec.lead)}</p>}
        <Part query={record} lines={6}>
          {(data) => <Fields spec={spec} record={data} />}
        </Part>
      </Section>
    </div>
  )
}

function Fields<V extends Values, R extends { version: number }>({ spec, record }: { spec: SettingsPartSpec<V, R>; record: R }) {
  const client = useQueryClient()
  const { values, check, label, show } = spec
  const form = useVersioned<V, R>({
    record,
    values,
    version: (one) => one.version,
    again: () => get<R>(spec.path),
    ...(check ? { check } : {}),
    write: (changed, version, all) => patch<R>(spec.path, spec.change(changed, all), version),
    onDone: (next) => {
      client.setQueryData(read<R>(spec.path).queryKey, next)
      void client.invalidateQueries({ queryKey: ['settings'] })
      toast({ text: t(spec.saved) })
    },
  })
  const changes = Object.keys(form.changes).length
  const { version } = record
  useEffect(() => {
    if (changes === 0) form.adopt(record)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the engine's version moved.
  }, [version])
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        form.submit()
      }}
      noValidate
      aria-label={t(spec.title)}
    >
      <Clashes form={form} label={label} {...(show ? { show } : {})} />
      <fieldset disabled={!can('update:setting')} className={`office-fields${spec.pairs ? ' office-pairs' : ''}${spec.wide ? ' office-wide' : ''}`}>
        {spec.fields(form, record)}
        <FormProblem form={form} />
        {changes > 0 && (
          <div className="form-foot">
            <Button onClick={() => form.adopt(record)}>{t('settings.discard')}</Button>
            <Button type="submit" look="primary" busy={form.busy}>
              {t(spec.save)}
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  )
}
