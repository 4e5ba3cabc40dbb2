/** What is asked of passwords, in plain words. */
import type { PasswordPolicy } from '@/api/shapes'
import { CheckField, SelectField, TextField } from '@/forms/fields'
import { t, type Key } from '@/i18n'
import { SettingsPart, type SettingsPartSpec } from './part'
import { checkPasswords, expiries, toPasswordChange, toPasswordText, type PasswordText } from './password-rules'
import { days } from './rules'

const label = (name: string) => t(`passwords.${name}` as Key)

const passwords: SettingsPartSpec<PasswordText, PasswordPolicy> = {
  id: 'passwords',
  path: '/settings/passwords',
  title: 'passwords.title',
  lead: 'passwords.lead',
  save: 'passwords.save',
  saved: 'passwords.saved',
  label,
  show,
  values: toPasswordText,
  check: checkPasswords,
  change: toPasswordChange,
  fields: (form) => (
      <>
        <TextField form={form} name="minLength" label={label('minLength')} hint={t('passwords.minLengthHint')} decimal suffix={t('passwords.characters')} max={2} />
        <SelectField form={form} name="minScore" label={label('minScore')} hint={t('passwords.minScoreHint')} options={(['3', '4'] as const).map((value) => ({ value, label: t(`passwords.score${value}`) }))} />
        <CheckField form={form} name="requireClasses" label={label('requireClasses')} />
        <TextField form={form} name="history" label={label('history')} hint={t('passwords.historyHint')} decimal max={2} />
        <SelectField form={form} name="adminExpiryDays" label={label('adminExpiryDays')} options={expiries(form.values.adminExpiryDays)} />
        <SelectField form={form} name="staffExpiryDays" label={label('staffExpiryDays')} hint={t('passwords.expiryHint')} options={expiries(form.values.staffExpiryDays)} />
        <div>
          <CheckField form={form} name="requireVerifiedEmail" label={label('requireVerifiedEmail')} />
          <p className="field-hint">{t('passwords.requireVerifiedHint')}</p>
        </div>
      </>
  ),
}

export const PasswordRules = () => <SettingsPart spec={passwords} />

function show(name: string, value: string | boolean) {
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  if (name === 'minScore') return t(value === '4' ? 'passwords.score4' : 'passwords.score3')
  if (name.endsWith('Days')) return value ? days(Number(value)) : t('passwords.never')
  return value
}
