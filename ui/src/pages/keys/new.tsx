/** A new API key: what it may do, how long it works, and its secret, shown this once. */
import { useState } from 'react'
import { post } from '@/api/client'
import type { NewApiKey } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { days } from '@/pages/settings/rules'
import { Button } from '@/parts/button'
import { Dialog, Why } from '@/parts/dialog'
import { CopyButton } from '@/parts/values'
import { useMe } from '@/session'

const wholeRate = (text: string) => /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 10_000

export function NewKey({ onClose, onMade }: { onClose: () => void; onMade: (key: NewApiKey) => void }) {
  const { permissions } = useMe()
  const form = useForm({
    initial: { name: '', scopes: '', expiresInDays: '90', ratePerMinute: '600' },
    check: (values) => ({
      ...(values.name.trim() ? {} : { name: t('common.required') }),
      ...(values.scopes ? {} : { scopes: t('apiKeys.pickOne') }),
      ...(wholeRate(values.ratePerMinute) ? {} : { ratePerMinute: t('apiKeys.rateWrong') }),
    }),
    send: (values, key) => post<NewApiKey>('/keys', { name: values.name.trim(), scopes: values.scopes.split(' '), expiresInDays: Number(values.expiresInDays), ratePerMinute: Number(values.ratePerMinute) }, key),
    onDone: onMade,
  })
  const chosen = form.values.scopes.split(' ').filter(Boolean)
  const choose = (scope: string, on: boolean) => form.set('scopes', permissions.filter((one) => (one === scope ? on : chosen.includes(one))).join(' '))
  return (
    <FormDialog form={form} title={t('apiKeys.addTitle')} lead={t('apiKeys.lead')} deed={t('apiKeys.addDeed')} onClose={onClose} wide>
      <TextField form={form} name="name" label={t('apiKeys.name')} hint={t('apiKeys.nameHint')} max={60} autoFocus />
      <fieldset className="field">
        <legend className="field-label">{t('apiKeys.mayWhat')}</legend>
        <div className="role-checks">
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
    </FormDialog>
  )
}

export function Secret({ made, onClose }: { made: NewApiKey; onClose: () => void }) {
  const [kept, setKept] = useState(false)
  const [tried, setTried] = useState(false)
  const refuse = !kept && t('apiKeys.keepFirst')
  const close = () => (kept ? onClose() : setTried(true))
  return (
    <Dialog
      open
      onClose={close}
      title={t('apiKeys.secretTitle')}
      lead={t('apiKeys.secretLead')}
      foot={
        <>
          <Why refuse={tried && refuse} />
          <Button look="primary" refuse={refuse} onClick={close}>
            {t('factor.done')}
          </Button>
        </>
      }
    >
      <p className="scan-key">
        <code aria-label={t('apiKeys.secret')}>{made.secret}</code>
        <CopyButton text={made.secret} label={t('apiKeys.copy')} />
      </p>
      <label className="check">
        <input type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} /> {t('apiKeys.kept')}
      </label>
    </Dialog>
  )
}
