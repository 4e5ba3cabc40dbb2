/** A new API key: what it may do, how long it works, and its secret, shown this once. */
import { post } from '@/api/client'
import type { NewApiKey } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { days } from '@/pages/settings/rules'
import { KeepSecret } from '@/parts/keep'
import { useMe } from '@/session'

const wholeRate = (text: string) => /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 10_000

export function NewKey({ onClose, onMade }: { onClose: () => void; onMade: (key: NewApiKey) => void }) {
  const { permissions } = useMe()
  const form = useForm({
    initial: { name: '', scopes: '', expiresInDays: '90', ratePerMinute: '600', allowedNetworks: '' },
    check: (values) => ({
      ...(values.name.trim() ? {} : { name: t('common.required') }),
      ...(values.scopes ? {} : { scopes: t('apiKeys.pickOne') }),
      ...(wholeRate(values.ratePerMinute) ? {} : { ratePerMinute: t('apiKeys.rateWrong') }),
    }),
    send: (values, key) => post<NewApiKey>('/keys', { name: values.name.trim(), scopes: values.scopes.split(' '), expiresInDays: Number(values.expiresInDays), ratePerMinute: Number(values.ratePerMinute), allowedNetworks: values.allowedNetworks.split(/[\s,]+/).filter(Boolean) }, key),
    onDone: onMade,
  })
  const chosen = form.values.scopes.split(' ').filter(Boolean)
  const choose = (scope: string, on: boolean) => form.set('scopes', permissions.filter((one) => (one === scope ? on : chosen.includes(one))).join(' '))
  return (
    <FormDialog form={form} title={t('apiKeys.addTitle')} lead={t('apiKeys.lead')} deed={t('apiKeys.addDeed')} onClose={onClose} wide>
      <TextField form={form} name="name" label={t('apiKeys.name')} hint={t('apiKeys.nameHint')} max={60} autoFocus />
      <fieldset className="field">
        <legend className="field-label">{t('apiKeys.mayWhat')}</legend>
        <div className="role-checks right-checks">
          {permissions.map((scope) => (
            <label key={scope} className="check">
              <input type="checkbox" checked={chosen.includes(scope)} onChange={(event) => choose(scope, event.target.checked)} /> {word('permission', scope)}
            </label>
          ))}
        </div>
        {form.errors['scopes'] && <p className="field-error">{form.errors['scopes']}</p>}
      </fieldset>
      <div className="field-pair">
        <SelectField form={form} name="expiresInDays" label={t('apiKeys.lasts')} options={[7, 30, 90, 180, 365].map((value) => ({ value: String(value), label: days(value) }))} />
        <TextField form={form} name="ratePerMinute" label={t('apiKeys.rate')} decimal />
      </div>
      <TextField form={form} name="allowedNetworks" label={t('apiKeys.networks')} hint={t('apiKeys.networksHint')} />
    </FormDialog>
  )
}

export const Secret = ({ made, onClose }: { made: NewApiKey; onClose: () => void }) => (
  <KeepSecret
    secret={made.secret}
    title={t('apiKeys.secretTitle')}
    lead={t('apiKeys.secretLead')}
    label={t('apiKeys.secret')}
    copy={t('apiKeys.copy')}
    promise={t('apiKeys.kept')}
    first={t('apiKeys.keepFirst')}
    onClose={onClose}
  />
)
