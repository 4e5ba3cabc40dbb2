/** The settings of the business. Changes are collected, looked at side by side, then saved at once. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { get, patch, read } from '@/api/client'
import type { Environment, Settings } from '@/api/shapes'
import { AreaField, MoneyField, SelectField, TextField } from '@/forms/fields'
import { FormDialog, FormProblem } from '@/forms/form'
import { Clashes, useVersioned } from '@/forms/versioned'
import { t, word, type Key } from '@/i18n'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Section } from '@/record/record-page'
import { can, me } from '@/session'
import { SealedWayIn } from '@/pages/sealed/codes'
import { Bands, bandsInWords } from './bands'
import { CaptchaRules } from './captcha'
import { Checkout } from './checkout/part'
import { checkText, currencies, toChange, toText, type SettingsText } from './form'
import { Providers } from '@/pages/providers/providers'
import { Letters } from './letters'
import { Office } from './office'
import { PasswordRules } from './passwords'
import { Protection } from './protection'
import { Keeping } from './retention'
import { SignInRules } from './sign-in'

const query = read<Settings>('/settings')
const environments: Environment[] = ['local', 'staging', 'production']
const label = (name: string) => t((/^address\.|^vatId$/.test(name) ? `seller.${name.replace('address.', '')}` : `settings.${name}`) as Key)

export function SettingsPage() {
  const settings = useQuery(query)
  return (
    <Office
      title={t('settings.title')}
      parts={!can('read:setting') ? [] : [
        { id: 'business', title: t('settings.business') },
        { id: 'tax', title: t('settings.tax') },
        { id: 'shipping', title: t('settings.shipping') },
        { id: 'refunds', title: t('settings.refunds') },
        { id: 'environment', title: t('settings.environment') },
        { id: 'checkout', title: t('checkout.title') },
        { id: 'letters', title: t('letters.title') },
        { id: 'signIn', title: t('rules.title') },
        { id: 'captcha', title: t('captcha.title') },
        { id: 'providers', title: t('providers.title') },
        { id: 'passwords', title: t('passwords.title') },
        { id: 'protection', title: t('seal.title') },
        { id: 'keeping', title: t('keep.title') },
        ...(can('manage:break-glass') ? [{ id: 'sealed', title: t('sealed.title') }] : []),
      ]}
    >
      <Part query={settings} lines={8}>
        {(data) => <Editor settings={data} />}
      </Part>
      {can('read:setting') && <Checkout />}
      {can('read:setting') && <Letters />}
      {can('read:setting') && <SignInRules />}
      {can('read:setting') && <CaptchaRules />}
      {can('read:setting') && <Providers />}
      {can('read:setting') && <PasswordRules />}
      {can('read:setting') && <Protection />}
      {can('read:setting') && <Keeping />}
      {can('manage:break-glass') && <SealedWayIn />}
    </Office>
  )
}

function Editor({ settings }: { settings: Settings }) {
  const client = useQueryClient()
  const [review, setReview] = useState(false)
  const form = useVersioned<SettingsText, Settings>({
    record: settings,
    values: toText,
    version: (record) => record.version,
    again: () => get<Settings>('/settings'),
    check: checkText,
    write: (changed, version, all) => patch<Settings>('/settings', toChange(changed, all), version),
    onDone: (next) => {
      client.setQueryData(query.queryKey, next)
      me.set((now) => now && { ...now, tenant: { ...now.tenant, name: next.name, currency: next.currency, environment: next.environment, refundReasons: next.refundReasons } })
      setReview(false)
      toast({ text: t('settings.saved') })
    },
  })
  const { clashes, met } = form
  // Whoever finds out in the dialog that others saved meanwhile has to see the fields again.
  useEffect(() => {
    if (clashes.length + met.length > 0) setReview(false)
  }, [clashes.length, met.length])
  const changes = Object.keys(form.changes)
  // Others' changes come in by themselves while nothing here was touched.
  const { version } = settings
  useEffect(() => {
    if (changes.length === 0) form.adopt(settings)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the engine's version moved.
  }, [version])
  const locked = !can('update:setting')
  const { currency } = form.values
  const wrong = checkText(form.values)
  const first = Object.values(wrong).find(Boolean)
  return (
    <>
      {locked && <p className="form-note">{t('settings.onlySee')}</p>}
      <Clashes form={form} label={label} show={showText} />
      <fieldset disabled={locked} className="choice-list office-groups">
        <Group id="business">
          <TextField form={form} name="name" label={label('name')} max={120} />
          <TextField form={form} name="address.street" label={label('address.street')} hint={t('seller.hint')} optional />
          <div className="field-pair">
            <TextField form={form} name="address.zipCode" label={label('address.zipCode')} max={20} optional />
            <TextField form={form} name="address.city" label={label('address.city')} max={100} optional />
          </div>
          <div className="field-pair">
            <TextField form={form} name="address.state" label={label('address.state')} max={100} optional />
            <TextField form={form} name="address.country" label={label('address.country')} max={2} placeholder="NO" optional />
          </div>
          <TextField form={form} name="vatId" label={label('vatId')} hint={t('seller.vatHint')} max={30} optional />
          <SelectField form={form} name="currency" label={label('currency')} hint={t('settings.currencyHint')} options={[...new Set([currency, ...currencies])].map((value) => ({ value, label: value }))} />
        </Group>
        <Group id="tax">
          <TextField form={form} name="taxRateBp" label={label('taxRateBp')} hint={t('settings.taxHint')} decimal suffix="%" />
        </Group>
        <Group id="shipping">
          <Bands form={form} currency={currency} error={form.errors['shippingBands'] ?? wrong.shippingBands} />
          <MoneyField form={form} name="freeShippingFrom" label={label('freeShippingFrom')} hint={t('settings.freeHint')} currency={currency} optional />
        </Group>
        <Group id="refunds">
          <AreaField form={form} name="refundReasons" label={label('refundReasons')} hint={t('settings.reasonsHint')} rows={6} />
        </Group>
        <Group id="environment">
          <SelectField form={form} name="environment" label={label('environment')} hint={t('settings.environmentHint')} options={environments.map((value) => ({ value, label: t(`frame.${value}`) }))} />
        </Group>
      </fieldset>
      {changes.length > 0 && (
        <div className="office-save" role="region" aria-label={t('settings.review')}>
          <span className="quiet">{t('settings.unsaved', { n: changes.length })}</span>
          <Button onClick={() => form.adopt(settings)}>{t('settings.discard')}</Button>
          <Button look="primary" refuse={first} onClick={() => setReview(true)}>
            {t('settings.review')}
          </Button>
        </div>
      )}
      {!review && <FormProblem form={form} />}
      {review && (
        <FormDialog form={form} title={t('settings.reviewTitle')} lead={t('settings.reviewLead')} deed={t('settings.save')} onClose={() => setReview(false)} keeps wide>
          <table className="rows diff-rows">
            <thead>
              <tr>
                <th scope="col">{t('common.changed')}</th>
                <th scope="col">{t('common.before')}</th>
                <th scope="col">{t('common.after')}</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((name) => (
                <tr key={name} className="diff-changed">
                  <th scope="row">{label(name)}</th>
                  <td className="diff-before">{showText(name, form.base[name as keyof SettingsText])}</td>
                  <td className="diff-after">{showText(name, form.values[name as keyof SettingsText])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </FormDialog>
      )}
    </>
  )
}

const Group = ({ id, children }: { id: 'business' | 'tax' | 'shipping' | 'refunds' | 'environment'; children: React.ReactNode }) => (
  <div id={id}>
    <Section title={t(`settings.${id}`)}>
      <div className="office-fields">{children}</div>
    </Section>
  </div>
)

/** A field's text as a person reads it in a comparison. */
function showText(name: string, value: string | boolean) {
  const text = String(value)
  if (name === 'shippingBands') return <span className="notes">{bandsInWords(text)}</span>
  if (name === 'refundReasons') return <span className="notes">{text || '–'}</span>
  if (name === 'taxRateBp') return `${text} %`
  if (name === 'environment') return word('frame', text)
  return text || '–'
}
