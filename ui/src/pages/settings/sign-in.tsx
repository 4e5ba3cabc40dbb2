/** What is asked of whoever signs in: for which roles a second factor, when a fresh code, how long a session lasts. */
import type { Me, SignInPolicy } from '@/api/shapes'
import { MoneyField, SelectField } from '@/forms/fields'
import { t, word, type Key } from '@/i18n'
import { useKnownRoles } from '@/pages/access/known'
import { byRank, roleName, roleOptions } from '@/pages/people/roles'
import { paths } from '@/paths'
import { useMe } from '@/session'
import { isDesktop } from '@/shell'
import { SettingsPart, type SettingsPartSpec } from './part'
import { checkRules, days, longest, span, spans, toPolicy, toRules, unproved, type RulesText } from './rules'

const label = (name: string) => t(`rules.${name}` as Key)

/** Where strangers find the door, once it is open. */
const door = (slug: string) => (isDesktop ? '' : `${location.origin}${paths.register}?tenant=${slug}`)
const rules = ({ currency, slug }: Me['tenant']): SettingsPartSpec<RulesText, SignInPolicy> => ({
  id: 'signIn',
  path: '/settings/sign-in',
  title: 'rules.title',
  save: 'rules.save',
  saved: 'rules.saved',
  label,
  show: showRule,
  values: toRules(currency),
  check: checkRules(currency),
  change: (changed) => toPolicy(changed, currency),
  fields: (form) => {
    const { values } = form
    return (
      <>
        <RoleChecks chosen={values.requireFactorFor} onChange={(next) => form.set('requireFactorFor', next)} />
        <SelectField form={form} name="stepUp" label={label('stepUp')} hint={t('rules.stepUpHint')} options={(['enrolled', 'always', 'off'] as const).map((value) => ({ value, label: t(`rules.${value}`) }))} />
        {values.stepUp !== 'off' && <MoneyField form={form} name="stepUpRefundFrom" label={label('stepUpRefundFrom')} hint={t('rules.refundHint')} currency={currency} optional />}
        <SelectField form={form} name="idleMinutes" label={label('idleMinutes')} options={spans(values.idleMinutes)} />
        <SelectField form={form} name="rememberedIdleMinutes" label={label('rememberedIdleMinutes')} hint={t('rules.rememberedHint')} options={spans(values.rememberedIdleMinutes)} />
        <SelectField form={form} name="absoluteDays" label={label('absoluteDays')} hint={t('rules.absoluteHint')} options={longest(values.absoluteDays)} />
        <SelectField form={form} name="selfRegistration" label={label('selfRegistration')} hint={[t('rules.registrationHint'), values.selfRegistration === 'true' && door(slug) && t('rules.registrationAt', { address: door(slug) })].filter(Boolean).join(' ')} options={(['false', 'true'] as const).map((value) => ({ value, label: t(value === 'true' ? 'rules.registrationOpen' : 'rules.registrationClosed') }))} />
        <SelectField form={form} name="unprovedDays" label={label('unprovedDays')} hint={t('rules.unprovedHint')} options={unproved(values.unprovedDays)} />
      </>
    )
  },
})

export const SignInRules = () => <SettingsPart spec={rules(useMe().tenant)} />

function RoleChecks({ chosen, onChange }: { chosen: string; onChange: (next: string) => void }) {
  // Whoever may not read roles sees those that come with Purser.
  useKnownRoles()
  const now = chosen.split(' ').filter(Boolean)
  const all = [...new Set([...roleOptions().map(({ value }) => value), ...now])].toSorted(byRank)
  const switched = (role: string, on: boolean) => all.filter((one) => (one === role ? on : now.includes(one))).join(' ')
  return (
    <fieldset className="field">
      <legend className="field-label">{label('requireFactorFor')}</legend>
      <div className="role-checks">
        {all.map((role) => (
          <label key={role} className="check">
            <input type="checkbox" checked={now.includes(role)} onChange={(event) => onChange(switched(role, event.target.checked))} /> {roleName(role)}
          </label>
        ))}
      </div>
      <p className="field-hint">{t('rules.requireHint')}</p>
    </fieldset>
  )
}

function showRule(name: string, value: string | boolean) {
  const text = String(value)
  if (name === 'requireFactorFor') return text.split(' ').filter(Boolean).map(roleName).join(', ') || '–'
  if (name === 'stepUp') return word('rules', text)
  if (name === 'selfRegistration') return t(text === 'true' ? 'rules.registrationOpen' : 'rules.registrationClosed')
  if (name === 'unprovedDays') return text ? days(Number(text)) : t('rules.unprovedNever')
  if (name === 'absoluteDays') return days(Number(text))
  if (name.endsWith('Minutes')) return span(Number(text))
  return text || '–'
}
