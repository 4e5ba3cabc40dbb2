/** One's own account: password, sessions, and how the console looks on this device. */
import { useQueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import { PasswordField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { mayLeave } from '@/forms/unsaved'
import { useForm } from '@/forms/use-form'
import { chosenTheme, paint, type Theme } from '@/frame/top'
import { language, languages, speak, t, useLanguage } from '@/i18n'
import { useStore } from '@/lib/store'
import { OwnFactors } from '@/pages/factors/own'
import { Advice } from '@/pages/entry/advice'
import { SendProof } from '@/pages/entry/first'
import { useUnproved } from '@/pages/entry/unproved'
import { LookedAt } from '@/pages/impersonation/looked'
import { Keys } from '@/pages/keys/keys'
import { savePersonalData } from '@/pages/people/deeds'
import { Sessions } from '@/pages/people/sessions'
import { roleName } from '@/pages/people/roles'
import { OwnNewsletters } from '@/pages/newsletters/consent'
import { OwnIdentities } from '@/pages/providers/identities'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { toast } from '@/parts/toasts'
import { Facts, Section } from '@/record/record-page'
import { can, useMe } from '@/session'
import { density, heights, type Density } from '@/table/use-columns'
import { Office } from './office'
import { OwnMails } from './own-mails'
import { Particulars } from './particulars'

const themes: Theme[] = ['system', 'light', 'dark']
const themeNames = { system: 'frame.themeSystem', light: 'frame.themeLight', dark: 'frame.themeDark' } as const

export function AccountPage() {
  const user = useMe()
  const unproved = useUnproved()
  return (
    <Office
      title={t('own.title')}
      parts={[
        { id: 'profile', title: t('own.profile') },
        { id: 'password', title: t('own.password') },
        { id: 'factors', title: t('factor.title') },
        { id: 'identities', title: t('identity.title') },
        { id: 'sessions', title: t('people.sessions') },
        ...(can('create:key') ? [{ id: 'keys', title: t('apiKeys.title') }] : []),
        { id: 'looked', title: t('as.who') },
        { id: 'data', title: t('own.data') },
        ...(user.impersonation ? [] : [{ id: 'mails', title: t('letters.ownTitle') }, { id: 'newsletters', title: t('news.title') }]),
        { id: 'look', title: t('own.look') },
      ]}
    >
      <div id="profile">
        <Section title={t('own.profile')} actions={<><ButtonLink small look="quiet" to={paths.explain}>{t('why.mine')}</ButtonLink>{can('read:user') && <ButtonLink small to={paths.person(user.id)}>{t('own.openProfile')}</ButtonLink>}</>}>
          <Facts rows={[[t('people.role'), roleName(user.role)], [t('settings.business'), user.tenant.name]]} />
          {!user.impersonation && <Particulars key={user.id} />}
          {unproved === 'later' && (
            <div className="form-note locks">
              <p>{t('link.unproved')}</p>
              <SendProof />
            </div>
          )}
        </Section>
      </div>
      <div id="password">
        <Section title={t('own.password')}>
          <Password />
        </Section>
      </div>
      <div id="factors" className="choice-list">
        <OwnFactors />
      </div>
      <div id="identities">
        <OwnIdentities />
      </div>
      <div id="sessions">
        <Sessions path="/auth/sessions" />
      </div>
      {can('create:key') && (
        <div id="keys">
          <Keys path="/keys" own />
        </div>
      )}
      <div id="looked">
        <LookedAt />
      </div>
      <div id="data">
        <Section title={t('own.data')} actions={<Button small onClick={() => savePersonalData()}>{t('own.saveData')}</Button>}>
          <p className="section-lead">{t('own.dataLead')}</p>
        </Section>
      </div>
      {!user.impersonation && <OwnMails />}
      {!user.impersonation && <OwnNewsletters />}
      <div id="look">
        <Section title={t('own.look')}>
          <p className="section-lead">{t('own.lookLead')}</p>
          <Look />
        </Section>
      </div>
    </Office>
  )
}

function Password() {
  const client = useQueryClient()
  const user = useMe()
  const form = useForm({
    initial: { currentPassword: '', newPassword: '' },
    check: (values) => Object.fromEntries((['currentPassword', 'newPassword'] as const).filter((name) => !values[name]).map((name) => [name, t('common.required')])),
    send: (values) => post('/auth/password', values),
    onDone: () => {
      form.reset({ currentPassword: '', newPassword: '' })
      void client.invalidateQueries({ queryKey: ['auth'] })
      toast({ text: t('own.changed') })
    },
  })
  return (
    <div className="office-fields">
      <Form form={form} deed={t('own.change')} label={t('own.change')}>
        <PasswordField form={form} name="currentPassword" label={t('own.currentPassword')} />
        <PasswordField form={form} name="newPassword" label={t('own.newPassword')} hint={t('own.passwordHint')} fresh />
        <Advice password={form.values.newPassword} words={[user.email, user.firstName, user.lastName, user.tenant.name]} />
      </Form>
    </div>
  )
}

function Look() {
  useLanguage()
  const theme = useStore(chosenTheme)
  const row = useStore(density)
  return (
    <div className="choice-list">
      <Choice name="language" title={t('own.language')} now={language()} options={languages.map(({ id, name }) => ({ value: id, label: name }))} onPick={(id) => void mayLeave().then((leave) => leave && speak(id))} />
      <Choice name="theme" title={t('own.theme')} now={theme} options={themes.map((value) => ({ value, label: t(themeNames[value]) }))} onPick={paint} />
      <Choice name="row-height" title={t('own.density')} now={row} options={(Object.keys(heights) as Density[]).map((value) => ({ value, label: t(`table.${value}`) }))} onPick={(next) => density.set(next)} />
    </div>
  )
}

type ChoiceProps<V extends string> = { name: string; title: string; now: V; options: { value: V; label: string }[]; onPick: (value: V) => void }
const Choice = <V extends string>({ name, title, now, options, onPick }: ChoiceProps<V>) => (
  <fieldset>
    <legend className="field-label">{title}</legend>
    <div className="segments-row">
      {options.map((option) => (
        <label key={option.value} className="check">
          <input type="radio" name={name} checked={now === option.value} onChange={() => onPick(option.value)} /> {option.label}
        </label>
      ))}
    </div>
  </fieldset>
)
