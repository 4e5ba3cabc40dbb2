/** How long what is known of people is kept, before it is forgotten by itself. */
import type { Retention } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { t, type Key } from '@/i18n'
import { SettingsPart, type SettingsPartSpec } from './part'
import { checkDays, spans, toDays, toRetention, type RetentionText } from './retention-text'

const label = (name: string) => t(`keep.${name}` as Key)
const hints: Partial<Record<(typeof spans)[number], Key>> = { importDays: 'keep.importHint', deletedPeopleDays: 'keep.deletedHint' }

const keeping: SettingsPartSpec<RetentionText, Retention> = {
  id: 'keeping',
  path: '/settings/retention',
  title: 'keep.title',
  lead: 'keep.lead',
  save: 'keep.save',
  saved: 'keep.saved',
  label,
  pairs: true,
  values: toDays,
  check: checkDays,
  change: toRetention,
  fields: (form) =>
    spans.map((name) => {
      const hint = hints[name]
      return <TextField key={name} form={form} name={name} label={label(name)} {...(hint ? { hint: t(hint) } : {})} decimal suffix={t('keep.days')} max={5} optional={name === 'deletedPeopleDays'} />
    }),
}

export const Keeping = () => <SettingsPart spec={keeping} />
