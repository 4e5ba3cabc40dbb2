/** Adding a connection and changing one. */
import { useId, useState } from 'react'
import { get, patch, post } from '@/api/client'
import type { Provider } from '@/api/shapes'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { Clashes, useVersioned } from '@/forms/versioned'
import { t, word, type Key } from '@/i18n'
import { ProviderFields } from './fields'
import { fresh, issuerLike, kindOf, needs, presets, said, toBody, toText, type Preset, type ProviderText } from './kinds'

type Kind = Provider['kind']
function check(values: ProviderText, kind: Kind, hasSecret: boolean) {
  const has = needs(kind)
  const empty = (name: 'name' | 'issuer' | 'clientId' | 'secret' | 'apple.teamId' | 'apple.keyId') => (values[name].trim() ? {} : { [name]: t('common.required') })
  return {
    ...empty('name'),
    ...(has.issuer === 'required' ? empty('issuer') : {}),
    ...(has.client ? empty('clientId') : {}),
    ...(has.secret === 'required' && !hasSecret ? empty('secret') : {}),
    ...(has.apple ? { ...empty('apple.teamId'), ...empty('apple.keyId') } : {}),
    ...(values.provesAddresses && !values.domains.trim() ? { domains: t('providers.domainsNeeded') } : {}),
  }
}

export function AddProvider({ onClose, onDone }: { onClose: () => void; onDone: (made: Provider) => void }) {
  const id = useId()
  const [preset, setPreset] = useState<Preset>('google')
  const kind = kindOf(preset)
  const form = useForm<ProviderText, Provider>({
    initial: { ...fresh, name: word('preset', 'google') },
    check: (values) => check(values, kind, false),
    send: (values, key) => post<Provider>('/providers', { kind, ...toBody(said(values), values) }, key),
    onDone,
  })
  const choose = (next: Preset) => {
    // A name of one's own stays, a suggested one follows.
    if (form.values.name === word('preset', preset) || !form.values.name) form.set('name', next === 'oidc' || next === 'saml' ? '' : word('preset', next))
    setPreset(next)
  }
  return (
    <FormDialog form={form} title={t('providers.add')} lead={t('providers.addLead')} deed={t('providers.addDeed')} onClose={onClose} wide>
      <div className="field">
        <label className="field-label" htmlFor={id}>
          {t('providers.kind')}
        </label>
        <select id={id} className="input select" value={preset} onChange={(event) => choose(event.target.value as Preset)}>
          {presets.map((one) => (
            <option key={one} value={one}>
              {word('preset', one)}
            </option>
          ))}
        </select>
      </div>
      <ProviderFields key={preset} form={form} kind={kind} {...(issuerLike[preset] ? { like: issuerLike[preset] } : {})} />
    </FormDialog>
  )
}

const labels: Partial<Record<string, Key>> = { 'saml.ssoUrl': 'providers.ssoUrl', 'saml.certificates': 'providers.certificates', provesAddresses: 'providers.proves', createPeople: 'providers.create' }
export function EditProvider({ provider, onClose, onDone }: { provider: Provider; onClose: () => void; onDone: (next: Provider) => void }) {
  const form = useVersioned<ProviderText, Provider>({
    record: provider,
    values: toText,
    version: (record) => record.version,
    again: () => get<Provider>(`/providers/${provider.id}`),
    check: (values) => check(values, provider.kind, provider.hasSecret),
    write: (changed, version, all) => patch<Provider>(`/providers/${provider.id}`, toBody(changed, all), version),
    onDone,
  })
  return (
    <FormDialog form={form} title={t('providers.editTitle', { name: provider.name })} deed={t('providers.save')} refuse={Object.keys(form.changes).length === 0 && t('providers.nothingChanged')} onClose={onClose} wide>
      <Clashes form={form} label={(name) => t(labels[name] ?? (`providers.${name}` as Key))} />
      <ProviderFields form={form} kind={provider.kind} hasSecret={provider.hasSecret} />
    </FormDialog>
  )
}
