/** A person's particulars. What others changed meanwhile is met, never overwritten. */
import { useQueryClient } from '@tanstack/react-query'
import { get, patch } from '@/api/client'
import type { User } from '@/api/shapes'
import { AreaField, SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { Clashes, useVersioned } from '@/forms/versioned'
import { t, type Key } from '@/i18n'
import { countryOptions, tongueName, tongueOptions } from '@/lib/countries'
import { country } from '@/lib/text'
import { toast } from '@/parts/toasts'
import { personQuery } from './peek'

const names = ['firstName', 'lastName', 'email', 'phone', 'country', 'language', 'notes'] as const
type Particulars = Record<(typeof names)[number], string>
const valuesOf = (user: User) => Object.fromEntries(names.map((name) => [name, user[name] ?? ''])) as Particulars
const label = (name: string) => t(`people.${name}` as Key)
const needed = ['firstName', 'lastName', 'email'] as const

export function EditPerson({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient()
  const form = useVersioned({
    record: user,
    values: valuesOf,
    version: (record) => record.version,
    again: () => get<User>(`/users/${user.id}`),
    check: (values) => Object.fromEntries(needed.filter((name) => !values[name].trim()).map((name) => [name, t('common.required')])),
    write: (changed, version) => patch<User>(`/users/${user.id}`, Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, String(value).trim() || null])), version),
    onDone: (next) => {
      client.setQueryData(personQuery(user.id).queryKey, next)
      void client.invalidateQueries({ queryKey: ['users'] })
      toast({ text: t('people.saved', { name: next.name }) })
      onClose()
    },
  })
  const countries = countryOptions()
  return (
    <FormDialog form={form} title={t('people.editTitle', { name: user.name })} deed={t('common.save')} onClose={onClose} refuse={Object.keys(form.changes).length === 0 && t('common.noChange')} wide>
      <Clashes form={form} label={label} show={(name, value) => (name === 'country' ? country(String(value)) : name === 'language' ? tongueName(String(value)) : String(value)) || '–'} />
      <div className="field-pair">
        <TextField form={form} name="firstName" label={label('firstName')} autoFocus />
        <TextField form={form} name="lastName" label={label('lastName')} />
      </div>
      <div className="field-pair">
        <TextField form={form} name="email" label={label('email')} type="email" />
        <TextField form={form} name="phone" label={label('phone')} type="tel" optional />
      </div>
      <div className="field-pair">
        <SelectField form={form} name="country" label={label('country')} options={countries} none="–" optional />
        <SelectField form={form} name="language" label={label('language')} options={tongueOptions()} none="–" optional />
      </div>
      <AreaField form={form} name="notes" label={label('notes')} hint={t('people.notesHint')} optional />
    </FormDialog>
  )
}
