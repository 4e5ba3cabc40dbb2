/** A connection to a payment provider: whose key, for real money or for trying, and what its notices are signed with. */
import { patch, post } from '@/api/client'
import type { Gateway } from '@/api/shapes'
import { CheckField, PasswordField, SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm, type Form } from '@/forms/use-form'
import { t, word } from '@/i18n'

type Text = { kind: string; name: string; account: string; secret: string; webhookSecret: string; webhookReference: string; live: boolean; leads: boolean }

export function GatewayForm({ gateway, onClose, onDone }: { gateway?: Gateway; onClose: () => void; onDone: (next: Gateway) => void }) {
  const before: Text = { kind: gateway?.kind ?? 'stripe', name: gateway?.name ?? word('provider', 'stripe'), account: gateway?.account ?? '', secret: '', webhookSecret: '', webhookReference: gateway?.webhookReference ?? '', live: gateway?.live ?? false, leads: gateway?.leads ?? false }
  const form: Form<Text> = useForm<Text, Gateway>({
    initial: before,
    check: (values) => ({
      ...(values.name.trim() ? {} : { name: t('common.required') }),
      ...(gateway || values.secret ? {} : { secret: t('common.required') }),
      ...(values.kind !== 'paypal' || values.account.trim() ? {} : { account: t('common.required') }),
    }),
    send: (values, key) => {
      // What was not touched is not sent; a secret that was left empty stays as it is.
      const touched = Object.entries(values).filter(([name, value]) => (gateway ? name !== 'kind' && value !== before[name as keyof Text] : value !== ''))
      const body = Object.fromEntries(touched.map(([name, value]) => [name, typeof value === 'string' ? value.trim() || null : value]))
      return gateway ? patch<Gateway>(`/payment-providers/${gateway.id}`, body, gateway.version) : post<Gateway>('/payment-providers', body, key)
    },
    onDone,
  })
  const paypal = form.values.kind === 'paypal'
  const choose = (kind: string) => {
    if (form.values.name === word('provider', form.values.kind)) form.set('name', word('provider', kind))
    form.set('kind', kind)
  }
  return (
    <FormDialog form={form} title={gateway ? t('products.edit', { name: gateway.name }) : t('gateways.add')} lead={t('gateways.formLead')} deed={t(gateway ? 'common.save' : 'gateways.addDeed')} refuse={gateway && !form.dirty && t('common.noChange')} onClose={onClose}>
      {!gateway && <SelectField form={{ ...form, set: (name, value) => (name === 'kind' ? choose(String(value)) : form.set(name, value)) }} name="kind" label={t('gateways.kind')} options={['stripe', 'paypal'].map((value) => ({ value, label: word('provider', value) }))} />}
      <TextField form={form} name="name" label={t('gateways.name')} max={80} autoFocus />
      {paypal && <TextField form={form} name="account" label={t('gateways.account')} max={200} />}
      <PasswordField form={form} name="secret" label={t(paypal ? 'gateways.secretPaypal' : 'gateways.secret')} hint={t(gateway ? 'gateways.secretKeeps' : 'gateways.secretHint')} />
      {paypal ? (
        <TextField form={form} name="webhookReference" label={t('gateways.reference')} hint={t('gateways.referenceHint')} max={200} optional />
      ) : (
        <PasswordField form={form} name="webhookSecret" label={t('gateways.webhookSecret')} hint={t(gateway?.hasWebhookSecret ? 'gateways.secretKeeps' : 'gateways.webhookHint')} />
      )}
      <CheckField form={form} name="live" label={t('gateways.isLive')} />
      <CheckField form={form} name="leads" label={t('gateways.shallLead')} />
    </FormDialog>
  )
}
