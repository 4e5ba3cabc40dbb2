/** Which mails customers get about their orders. */
import type { CustomerMails } from '@/api/shapes'
import { CheckField } from '@/forms/fields'
import { t, type Key } from '@/i18n'
import { SettingsPart, type SettingsPartSpec } from './part'

const kinds = ['confirmed', 'shipped', 'delivered', 'cancelled', 'refunded'] as const
type Kinds = Record<(typeof kinds)[number], boolean>

const label = (name: string) => t(`letters.${name}` as Key)

const letters: SettingsPartSpec<Kinds, CustomerMails> = {
  id: 'letters',
  path: '/settings/mails',
  title: 'letters.title',
  lead: 'letters.lead',
  save: 'letters.save',
  saved: 'letters.saved',
  label,
  show: (_, value) => t(value === true ? 'letters.on' : 'letters.off'),
  values: ({ confirmed, shipped, delivered, cancelled, refunded }) => ({ confirmed, shipped, delivered, cancelled, refunded }),
  change: (changed) => changed,
  fields: (form) => kinds.map((name) => <CheckField key={name} form={form} name={name} label={label(name)} />),
}

export const Letters = () => <SettingsPart spec={letters} />
