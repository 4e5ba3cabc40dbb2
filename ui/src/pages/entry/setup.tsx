/** The first window: start empty, explore with demo data, or connect to a Purser that already runs. */
import { useNavigate } from '@tanstack/react-router'
import { Compass, FilePlus2, Plug, type LucideIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { post } from '@/api/client'
import type { Environment, Profile, SignedIn } from '@/api/shapes'
import { PasswordField, SelectField, TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, type Key } from '@/i18n'
import { signedIn } from '@/session'
import { has } from '@/shell'
import { Brand } from './brand'

type Way = 'empty' | 'demo' | 'connect'
const ways: { id: Way; title: Key; hint: Key; icon: LucideIcon }[] = [
  { id: 'empty', title: 'entry.startEmpty', hint: 'entry.startEmptyHint', icon: FilePlus2 },
  { id: 'demo', title: 'entry.startDemo', hint: 'entry.startDemoHint', icon: Compass },
  { id: 'connect', title: 'entry.connect', hint: 'entry.connectHint', icon: Plug },
]
const currencies = ['EUR', 'USD', 'GBP', 'CHF', 'NOK', 'SEK', 'DKK', 'PLN', 'CZK', 'JPY', 'CAD', 'AUD']

export function Setup() {
  const [way, setWay] = useState<Way>('empty')
  useEffect(() => {
    document.title = `${t('entry.setupTitle')} · Purser`
  }, [])
  return (
    <main className="gate">
      <div className="entry-card entry-wide">
        <Brand />
        <h1 className="entry-title">{t('entry.setupTitle')}</h1>
        <p className="entry-lead">{t('entry.setupLead')}</p>
        <div className="entry-cols">
          <fieldset className="ways">
            <legend className="unseen">{t('entry.setupTitle')}</legend>
            {ways.map(({ id, title, hint, icon: Icon }) => (
              <label key={id} className={`way${way === id ? ' way-on' : ''}`}>
                <input type="radio" name="way" className="unseen" aria-label={t(title)} checked={way === id} onChange={() => setWay(id)} />
                <Icon size={18} aria-hidden />
                <span>
                  <strong>{t(title)}</strong>
                  <span className="way-hint">{t(hint)}</span>
                </span>
              </label>
            ))}
          </fieldset>
          {way === 'connect' ? <Connect /> : <Begin demo={way === 'demo'} />}
        </div>
      </div>
    </main>
  )
}

function Begin({ demo }: { demo: boolean }) {
  const go = useNavigate()
  const form = useForm({
    initial: { tenantName: '', currency: 'EUR', firstName: '', lastName: '', email: '', password: '' },
    check: (values) => {
      const wrong: Partial<Record<keyof typeof values, string>> = {}
      for (const name of ['tenantName', 'firstName', 'lastName', 'email', 'password'] as const) if (!values[name].trim()) wrong[name] = t('common.required')
      if (values.password && values.password.length < 8) wrong.password = t('entry.passwordHint')
      return wrong
    },
    send: (values, key) => post<SignedIn>('/setup', { ...values, email: values.email.trim(), ...(demo ? { demo: 'small' } : {}) }, key),
    onDone: (reply) => {
      signedIn(reply)
      void go({ to: '/', replace: true })
    },
  })
  const name = form.values.tenantName.trim()
  const deed = name ? t('entry.create', { name }) : t('entry.createPlain')
  return (
    <Form form={form} deed={deed} label={deed} wide>
      <div className="field-pair field-pair-wide">
        <TextField form={form} name="tenantName" label={t('entry.business')} autoComplete="organization" autoFocus />
        <SelectField form={form} name="currency" label={t('entry.currency')} options={currencies.map((value) => ({ value, label: value }))} />
      </div>
      <p className="form-heading">{t('entry.owner')}</p>
      <div className="field-pair">
        <TextField form={form} name="firstName" label={t('entry.firstName')} autoComplete="given-name" />
        <TextField form={form} name="lastName" label={t('entry.lastName')} autoComplete="family-name" />
      </div>
      <TextField form={form} name="email" label={t('entry.email')} type="email" autoComplete="username" />
      <PasswordField form={form} name="password" label={t('entry.password')} hint={t('entry.passwordHint')} fresh />
      {form.busy && demo && (
        <p className="form-note" role="status">
          {t('entry.filling')}
        </p>
      )}
    </Form>
  )
}

function Connect() {
  const form = useForm({
    initial: { name: '', url: 'https://', environment: 'staging' },
    check: ({ name, url }) => ({ ...(name.trim() ? {} : { name: t('common.required') }), ...(/^https?:\/\/\S+/.test(url) ? {} : { url: t('common.required') }) }),
    send: async (values, key) => {
      const profile = await post<Profile>('/shell/v1/profiles', values, key)
      await post(`/shell/v1/profiles/${profile.id}/switch`)
    },
    onDone: () => location.assign('/'),
  })
  const environments: Environment[] = ['local', 'staging', 'production']
  if (!has('profiles')) return <p className="entry-note">{t('entry.connectBrowser')}</p>
  return (
    <Form form={form} deed={t('entry.connectAdd')} label={t('entry.connect')} wide>
      <TextField form={form} name="name" label={t('entry.connectName')} autoFocus />
      <TextField form={form} name="url" label={t('entry.connectUrl')} type="url" />
      <SelectField form={form} name="environment" label={t('entry.connectEnvironment')} options={environments.map((value) => ({ value, label: t(`frame.${value}`) }))} />
    </Form>
  )
}
