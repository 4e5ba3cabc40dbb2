/** What is asked of whoever signs in: for which roles a second factor, when a fresh code, how long a session lasts. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { get, patch, read } from '@/api/client'
import type { SignInPolicy } from '@/api/shapes'
import { MoneyField, SelectField } from '@/forms/fields'
import { FormProblem } from '@/forms/form'
import { Clashes, useVersioned } from '@/forms/versioned'
import { t, word, type Key } from '@/i18n'
import { roles } from '@/pages/people/roles'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Section } from '@/record/record-page'
import { can, useMe } from '@/session'
import { checkRules, days, longest, span, spans, toPolicy, toRules, type RulesText } from './rules'

const query = read<SignInPolicy>('/settings/sign-in')
const label = (name: string) => t(`rules.${name}` as Key)

export function SignInRules() {
  const policy = useQuery(query)
  return (
    <div id="signIn">
      <Section title={t('rules.title')}>
        <Part query={policy} lines={6}>
          {(data) => <Rules policy={data} />}
        </Part>
      </Section>
    </div>
  )
}

function Rules({ policy }: { policy: SignInPolicy }) {
  const client = useQueryClient()
  const { currency } = useMe().tenant
  const form = useVersioned<RulesText, SignInPolicy>({
    record: policy,
    values: toRules(currency),
    version: (record) => record.version,
    again: () => get<SignInPolicy>('/settings/sign-in'),
    check: checkRules(currency),
    write: (changed, version) => patch<SignInPolicy>('/settings/sign-in', toPolicy(changed, currency), version),
    onDone: (next) => {
      client.setQueryData(query.queryKey, next)
      void client.invalidateQueries({ queryKey: ['settings'] })
      toast({ text: t('rules.saved') })
    },
  })
  const changes = Object.keys(form.changes).length
  const { version } = policy
  useEffect(() => {
    if (changes === 0) form.adopt(policy)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the engine's version moved.
  }, [version])
  const { values } = form
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        form.submit()
      }}
      noValidate
      aria-label={t('rules.title')}
    >
      <Clashes form={form} label={label} show={showRule} />
      <fieldset disabled={!can('update:setting')} className="office-fields">
        <RoleChecks chosen={values.requireFactorFor} onChange={(next) => form.set('requireFactorFor', next)} />
        <SelectField form={form} name="stepUp" label={label('stepUp')} hint={t('rules.stepUpHint')} options={(['enrolled', 'always', 'off'] as const).map((value) => ({ value, label: t(`rules.${value}`) }))} />
        {values.stepUp !== 'off' && <MoneyField form={form} name="stepUpRefundFrom" label={label('stepUpRefundFrom')} hint={t('rules.refundHint')} currency={currency} optional />}
        <SelectField form={form} name="idleMinutes" label={label('idleMinutes')} options={spans(values.idleMinutes)} />
        <SelectField form={form} name="rememberedIdleMinutes" label={label('rememberedIdleMinutes')} hint={t('rules.rememberedHint')} options={spans(values.rememberedIdleMinutes)} />
        <SelectField form={form} name="absoluteDays" label={label('absoluteDays')} hint={t('rules.absoluteHint')} options={longest(values.absoluteDays)} />
        <FormProblem form={form} />
        {changes > 0 && (
          <div className="form-foot">
            <Button onClick={() => form.adopt(policy)}>{t('settings.discard')}</Button>
            <Button type="submit" look="primary" busy={form.busy}>
              {t('rules.save')}
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  )
}

function RoleChecks({ chosen, onChange }: { chosen: string; onChange: (next: string) => void }) {
  const now = chosen.split(' ').filter(Boolean)
  const switched = (role: string, on: boolean) => roles.filter((one) => (one === role ? on : now.includes(one))).join(' ')
  return (
    <fieldset className="field">
      <legend className="field-label">{label('requireFactorFor')}</legend>
      <div className="role-checks">
        {roles.map((role) => (
          <label key={role} className="check">
            <input type="checkbox" checked={now.includes(role)} onChange={(event) => onChange(switched(role, event.target.checked))} /> {word('role', role)}
          </label>
        ))}
      </div>
      <p className="field-hint">{t('rules.requireHint')}</p>
    </fieldset>
  )
}

function showRule(name: string, value: string | boolean) {
  const text = String(value)
  if (name === 'requireFactorFor') return text.split(' ').filter(Boolean).map((role) => word('role', role)).join(', ') || '–'
  if (name === 'stepUp') return word('rules', text)
  if (name === 'absoluteDays') return days(Number(text))
  if (name.endsWith('Minutes')) return span(Number(text))
  return text || '–'
}
