/** The fields of a connection: what its kind needs first, then who may come in and as what. */
import { Plus, X } from 'lucide-react'
import type { ProviderKind } from '@/api/shapes'
import { AreaField, CheckField, PasswordField, SelectField, TextField } from '@/forms/fields'
import type { Form } from '@/forms/use-form'
import { t } from '@/i18n'
import { givenRoles } from '@/pages/people/roles'
import { Button, IconButton } from '@/parts/button'
import { needs, readLines, writeLines, type GroupLine, type ProviderText } from './kinds'

type Props = { form: Form<ProviderText>; kind: ProviderKind; like?: string; hasSecret?: boolean }
export function ProviderFields({ form, kind, like, hasSecret }: Props) {
  const has = needs(kind)
  const kept = hasSecret ? t('providers.secretKept') : ''
  return (
    <>
      <TextField form={form} name="name" label={t('providers.name')} hint={t('providers.nameHint')} max={60} />
      {has.saml && <Saml form={form} />}
      {has.issuer !== 'none' && (
        <TextField
          form={form}
          name="issuer"
          label={t(kind === 'saml' ? 'providers.entityId' : kind === 'github' ? 'providers.server' : 'providers.issuer')}
          hint={t(kind === 'saml' ? 'providers.entityHint' : kind === 'github' ? 'providers.serverHint' : 'providers.issuerHint')}
          max={500}
          optional={has.issuer === 'optional'}
          {...(like ? { placeholder: like } : {})}
        />
      )}
      {has.client && <TextField form={form} name="clientId" label={t(kind === 'apple' ? 'providers.servicesId' : 'providers.clientId')} max={500} />}
      {has.apple && (
        <div className="field-pair">
          <TextField form={form} name="apple.teamId" label={t('providers.teamId')} max={40} />
          <TextField form={form} name="apple.keyId" label={t('providers.keyId')} max={40} />
        </div>
      )}
      {has.apple && <AreaField form={form} name="secret" label={t('providers.appleKey')} hint={kept || t('providers.appleKeyHint')} rows={4} max={5000} />}
      {has.secret !== 'none' && !has.apple && <PasswordField form={form} name="secret" label={t('providers.secret')} hint={kept || t(has.secret === 'optional' ? 'providers.secretOptional' : 'providers.secretHint')} fresh />}
      <Who form={form} kind={kind} />
      {has.scopes && <TextField form={form} name="scopes" label={t('providers.scopes')} hint={t('providers.scopesHint')} optional max={1000} />}
      <CheckField form={form} name="enabled" label={t('providers.enabled')} />
    </>
  )
}

const Saml = ({ form }: { form: Form<ProviderText> }) => (
  <>
    <AreaField form={form} name="saml.metadata" label={t('providers.metadata')} hint={t('providers.metadataHint')} rows={4} max={200_000} optional />
    <TextField form={form} name="saml.ssoUrl" label={t('providers.ssoUrl')} type="url" max={500} optional />
    <AreaField form={form} name="saml.certificates" label={t('providers.certificates')} hint={t('providers.certificatesHint')} rows={4} max={60_000} optional />
    <TextField form={form} name="saml.emailAttribute" label={t('providers.emailAttribute')} hint={t('providers.emailAttributeHint')} optional />
    <div className="field-pair">
      <TextField form={form} name="saml.firstNameAttribute" label={t('providers.firstNameAttribute')} optional />
      <TextField form={form} name="saml.lastNameAttribute" label={t('providers.lastNameAttribute')} optional />
    </div>
  </>
)

function Who({ form, kind }: { form: Form<ProviderText>; kind: ProviderKind }) {
  const role = form.values.defaultRole
  const roles = givenRoles(role).filter(({ value }) => value !== 'owner')
  return (
    <>
      <TextField form={form} name="domains" label={t('providers.domains')} hint={t('providers.domainsHint')} placeholder="example.com, example.org" max={4000} optional />
      <CheckField form={form} name="provesAddresses" label={t('providers.proves')} />
      {form.errors['provesAddresses'] && <p className="field-error">{form.errors['provesAddresses']}</p>}
      <CheckField form={form} name="createPeople" label={t('providers.create')} />
      <SelectField form={form} name="defaultRole" label={t('providers.defaultRole')} hint={t('providers.defaultRoleHint')} options={roles} />
      {needs(kind).groups && (
        <>
          <TextField form={form} name="groupClaim" label={t('providers.groupClaim')} hint={t('providers.groupClaimHint')} placeholder="groups" optional />
          <Groups text={form.values.roles} roles={roles} onChange={(next) => form.set('roles', next)} />
        </>
      )}
    </>
  )
}

type GroupsProps = { text: string; roles: { value: string; label: string }[]; onChange: (text: string) => void }
function Groups({ text, roles, onChange }: GroupsProps) {
  const lines = readLines(text)
  const put = (at: number, change: Partial<GroupLine>) => onChange(writeLines(lines.map((line, i) => (i === at ? { ...line, ...change } : line))))
  return (
    <fieldset className="field">
      <legend className="field-label">{t('providers.roles')}</legend>
      <div className="group-lines">
        {lines.map((line, i) => (
          <div key={i} className="group-line">
            <input className="input" aria-label={t('providers.group', { n: i + 1 })} value={line.group} maxLength={300} onChange={(event) => put(i, { group: event.target.value })} />
            <select className="input select" aria-label={t('providers.roleOf', { n: i + 1 })} value={line.role} onChange={(event) => put(i, { role: event.target.value })}>
              {(roles.some(({ value }) => value === line.role) ? roles : [...roles, ...givenRoles(line.role).filter(({ value }) => value === line.role)]).map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
            <IconButton label={t('providers.removeGroup', { n: i + 1 })} hint={false} onClick={() => onChange(writeLines(lines.filter((_, at) => at !== i)))}>
              <X size={14} />
            </IconButton>
          </div>
        ))}
        <Button small icon={<Plus size={13} />} onClick={() => onChange(writeLines([...lines, { group: '', role: roles.at(-1)?.value ?? 'user' }]))}>
          {t('providers.addGroup')}
        </Button>
      </div>
      <p className="field-hint">{t('providers.rolesHint')}</p>
    </fieldset>
  )
}
