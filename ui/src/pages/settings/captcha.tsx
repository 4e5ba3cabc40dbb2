/** The puzzle after failed sign-ins: the business's own, or the installation's. The secret is written and never shown. */
import { useMutation } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { CaptchaSettings, CaptchaTest } from '@/api/shapes'
import { AreaField, PasswordField, SelectField, TextField } from '@/forms/fields'
import { t, word, type Key } from '@/i18n'
import { Button } from '@/parts/button'
import { Failure } from '@/parts/states'
import { lacking } from '@/parts/why'
import { SettingsPart, type SettingsPartSpec } from './part'

type Text = { kind: string; siteKey: string; secret: string; leastScore: string; domains: string }
const kinds = ['recaptcha_v3', 'hcaptcha', 'turnstile'] as const
const label = (name: string) => t(`captcha.${name}` as Key)

export const toCaptchaText = (now: CaptchaSettings): Text => ({
  kind: now.kind ?? '',
  siteKey: now.siteKey ?? '',
  secret: '',
  leastScore: String(now.leastScore / 1000),
  domains: now.domains.join('\n'),
})

export const toCaptchaChange = (changed: Partial<Text>): Record<string, unknown> => {
  if (changed.kind === '') return { kind: null }
  const { kind, siteKey, secret, leastScore, domains } = changed
  return {
    ...(kind ? { kind } : {}),
    ...(siteKey === undefined ? {} : { siteKey: siteKey.trim() }),
    ...(secret ? { secret: secret.trim() } : {}),
    ...(leastScore === undefined ? {} : { leastScore: Math.round(Number(leastScore) * 1000) }),
    ...(domains === undefined ? {} : { domains: domains.split(/[\s,;]+/).filter(Boolean) }),
  }
}

const captcha: SettingsPartSpec<Text, CaptchaSettings> = {
  id: 'captcha',
  path: '/settings/captcha',
  title: 'captcha.title',
  lead: 'captcha.lead',
  save: 'captcha.save',
  saved: 'captcha.saved',
  label,
  show: (name, value) => (name === 'kind' ? (value ? word('captchaKind', String(value)) : '–') : value),
  values: toCaptchaText,
  change: toCaptchaChange,
  fields: (form, now) => {
    const { kind } = form.values
    const usual = now.installation ? t('captcha.installation', { name: word('captchaKind', now.installation) }) : t('captcha.none')
    return (
      <>
        <SelectField form={form} name="kind" label={label('kind')} options={[{ value: '', label: usual }, ...kinds.map((value) => ({ value, label: word('captchaKind', value) }))]} />
        {kind !== '' && (
          <>
            <TextField form={form} name="siteKey" label={label('siteKey')} />
            <PasswordField form={form} name="secret" label={label('secret')} hint={t(now.hasSecret && kind === now.kind ? 'captcha.secretKept' : 'captcha.secretHint')} fresh />
            {kind === 'recaptcha_v3' && <SelectField form={form} name="leastScore" label={label('leastScore')} hint={t('captcha.scoreHint')} options={[...new Set(['0.3', '0.5', '0.7', '0.9', form.values.leastScore])].toSorted().map((value) => ({ value, label: value }))} />}
            {now.several && <AreaField form={form} name="domains" label={label('domains')} hint={t('captcha.domainsHint')} rows={3} optional />}
          </>
        )}
      </>
    )
  },
}

export function CaptchaRules() {
  const tried = useMutation({ mutationFn: () => post<CaptchaTest>('/settings/captcha/test') })
  return (
    <>
      <SettingsPart
        spec={{
          ...captcha,
          actions: (
            <Button small refuse={lacking('update:setting')} busy={tried.isPending} onClick={() => tried.mutate()}>
              {t('captcha.test')}
            </Button>
          ),
        }}
      />
      <div aria-live="polite">
        {tried.error && <Failure problem={tried.error} small />}
        {tried.data && <p className={tried.data.ok ? 'section-lead' : 'form-note'}>{word('captchaTest', tried.data.code)}</p>}
      </div>
    </>
  )
}
