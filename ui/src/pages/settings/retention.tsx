/** How long what is known of people is kept, before it is forgotten by itself. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { get, patch, read } from '@/api/client'
import type { Retention } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormProblem } from '@/forms/form'
import { Clashes, useVersioned } from '@/forms/versioned'
import { t, type Key } from '@/i18n'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Section } from '@/record/record-page'
import { can } from '@/session'
import { checkDays, spans, toDays, toRetention, type RetentionText } from './retention-text'

const query = read<Retention>('/settings/retention')
const label = (name: string) => t(`keep.${name}` as Key)
const hints: Partial<Record<(typeof spans)[number], Key>> = { importDays: 'keep.importHint', deletedPeopleDays: 'keep.deletedHint' }

export function Keeping() {
  const kept = useQuery(query)
  return (
    <div id="keeping">
      <Section title={t('keep.title')}>
        <p className="section-lead">{t('keep.lead')}</p>
        <Part query={kept} lines={6}>
          {(data) => <Days kept={data} />}
        </Part>
      </Section>
    </div>
  )
}

function Days({ kept }: { kept: Retention }) {
  const client = useQueryClient()
  const form = useVersioned<RetentionText, Retention>({
    record: kept,
    values: toDays,
    version: (record) => record.version,
    again: () => get<Retention>('/settings/retention'),
    check: checkDays,
    write: (changed, version) => patch<Retention>('/settings/retention', toRetention(changed), version),
    onDone: (next) => {
      client.setQueryData(query.queryKey, next)
      void client.invalidateQueries({ queryKey: ['settings'] })
      toast({ text: t('keep.saved') })
    },
  })
  const changes = Object.keys(form.changes).length
  const { version } = kept
  useEffect(() => {
    if (changes === 0) form.adopt(kept)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the engine's version moved.
  }, [version])
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        form.submit()
      }}
      noValidate
      aria-label={t('keep.title')}
    >
      <Clashes form={form} label={label} />
      <fieldset disabled={!can('update:setting')} className="office-fields">
        {spans.map((name) => {
          const hint = hints[name]
          return <TextField key={name} form={form} name={name} label={label(name)} {...(hint ? { hint: t(hint) } : {})} decimal suffix={t('keep.days')} max={5} optional={name === 'deletedPeopleDays'} />
        })}
        <FormProblem form={form} />
        {changes > 0 && (
          <div className="form-foot">
            <Button onClick={() => form.adopt(kept)}>{t('settings.discard')}</Button>
            <Button type="submit" look="primary" busy={form.busy}>
              {t('keep.save')}
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  )
}
