/** What is asked of passwords, in plain words. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { get, patch, read } from '@/api/client'
import type { PasswordPolicy } from '@/api/shapes'
import { CheckField, SelectField, TextField } from '@/forms/fields'
import { FormProblem } from '@/forms/form'
import { Clashes, useVersioned } from '@/forms/versioned'
import { t, type Key } from '@/i18n'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Section } from '@/record/record-page'
import { can } from '@/session'
import { checkPasswords, expiries, toPasswordChange, toPasswordText, type PasswordText } from './password-rules'
import { days } from './rules'

const query = read<PasswordPolicy>('/settings/passwords')
const label = (name: string) => t(`passwords.${name}` as Key)

export function PasswordRules() {
  const policy = useQuery(query)
  return (
    <div id="passwords">
      <Section title={t('passwords.title')}>
        <p className="section-lead">{t('passwords.lead')}</p>
        <Part query={policy} lines={6}>
          {(data) => <Rules policy={data} />}
        </Part>
      </Section>
    </div>
  )
}

function Rules({ policy }: { policy: PasswordPolicy }) {
  const client = useQueryClient()
  const form = useVersioned<PasswordText, PasswordPolicy>({
    record: policy,
    values: toPasswordText,
    version: (record) => record.version,
    again: () => get<PasswordPolicy>('/settings/passwords'),
    check: checkPasswords,
    write: (changed, version) => patch<PasswordPolicy>('/settings/passwords', toPasswordChange(changed), version),
    onDone: (next) => {
      client.setQueryData(query.queryKey, next)
      void client.invalidateQueries({ queryKey: ['settings'] })
      toast({ text: t('passwords.saved') })
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
      aria-label={t('passwords.title')}
    >
      <Clashes form={form} label={label} show={show} />
      <fieldset disabled={!can('update:setting')} className="office-fields">
        <TextField form={form} name="minLength" label={label('minLength')} hint={t('passwords.minLengthHint')} decimal suffix={t('passwords.characters')} max={2} />
        <SelectField form={form} name="minScore" label={label('minScore')} hint={t('passwords.minScoreHint')} options={(['3', '4'] as const).map((value) => ({ value, label: t(`passwords.score${value}`) }))} />
        <CheckField form={form} name="requireClasses" label={label('requireClasses')} />
        <TextField form={form} name="history" label={label('history')} hint={t('passwords.historyHint')} decimal max={2} />
        <SelectField form={form} name="adminExpiryDays" label={label('adminExpiryDays')} options={expiries(values.adminExpiryDays)} />
        <SelectField form={form} name="staffExpiryDays" label={label('staffExpiryDays')} hint={t('passwords.expiryHint')} options={expiries(values.staffExpiryDays)} />
        <div>
          <CheckField form={form} name="requireVerifiedEmail" label={label('requireVerifiedEmail')} />
          <p className="field-hint">{t('passwords.requireVerifiedHint')}</p>
        </div>
        <FormProblem form={form} />
        {changes > 0 && (
          <div className="form-foot">
            <Button onClick={() => form.adopt(policy)}>{t('settings.discard')}</Button>
            <Button type="submit" look="primary" busy={form.busy}>
              {t('passwords.save')}
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  )
}

function show(name: string, value: string | boolean) {
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  if (name === 'minScore') return t(value === '4' ? 'passwords.score4' : 'passwords.score3')
  if (name.endsWith('Days')) return value ? days(Number(value)) : t('passwords.never')
  return value
}
