/** Another business on this installation, and who runs it. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { post } from '@/api/client'
import type { MadeTenant } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { filled, useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { currencies } from '@/pages/settings/form'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { toast } from '@/parts/toasts'
import { CopyButton } from '@/parts/values'
import { lacking } from '@/parts/why'
import { FormPage } from '@/record/form-page'

const needed = ['name', 'owner.firstName', 'owner.lastName', 'owner.email'] as const

export function NewTenant() {
  const client = useQueryClient()
  const go = useNavigate()
  const [made, setMade] = useState<MadeTenant>()
  const form = useForm({
    initial: { name: '', slug: '', currency: 'EUR', 'owner.firstName': '', 'owner.lastName': '', 'owner.email': '' },
    check: (values) => Object.fromEntries(needed.filter((name) => !values[name].trim()).map((name) => [name, t('common.required')])),
    send: (values, key) =>
      post<MadeTenant>(
        '/tenants',
        {
          name: values.name.trim(),
          slug: filled(values.slug),
          currency: values.currency,
          owner: { firstName: values['owner.firstName'].trim(), lastName: values['owner.lastName'].trim(), email: values['owner.email'].trim() },
        },
        key,
      ),
    onDone: (reply) => {
      void client.invalidateQueries({ queryKey: ['tenants'] })
      if (reply.invitation) setMade(reply)
      else leave(reply)
    },
  })
  const leave = ({ tenant }: MadeTenant) => {
    toast({ text: t('tenants.added', { name: tenant.name }) })
    void go({ to: paths.tenant(tenant.id) })
  }
  return (
    <FormPage up={{ to: paths.tenants, label: t('tenants.title') }} title={t('tenants.addTitle')}>
      <Form form={form} deed={t('tenants.addDeed')} label={t('tenants.addTitle')} refuse={lacking('manage:tenant')} onCancel={() => void go({ to: paths.tenants })}>
        <TextField form={form} name="name" label={t('tenants.name')} max={120} autoFocus />
        <div className="field-pair">
          <TextField form={form} name="slug" label={t('tenants.slug')} hint={t('tenants.slugHint')} max={60} optional />
          <SelectField form={form} name="currency" label={t('tenants.currency')} options={currencies.map((value) => ({ value, label: value }))} />
        </div>
        <p className="section-lead">{t('tenants.ownerLead')}</p>
        <div className="field-pair">
          <TextField form={form} name="owner.firstName" label={t('people.firstName')} />
          <TextField form={form} name="owner.lastName" label={t('people.lastName')} />
        </div>
        <TextField form={form} name="owner.email" label={t('people.email')} type="email" />
      </Form>
      {made?.invitation && <Invitation link={made.invitation} name={made.tenant.name} onClose={() => leave(made)} />}
    </FormPage>
  )
}

/** Mail goes nowhere here, so the link is handed over by hand; it is shown this once. */
const Invitation = ({ link, name, onClose }: { link: string; name: string; onClose: () => void }) => (
  <Dialog open onClose={onClose} title={t('tenants.invitationTitle', { name })} lead={t('tenants.invitationLead')} foot={<Button look="primary" onClick={onClose}>{t('factor.done')}</Button>}>
    <p className="scan-key">
      <code>{link}</code>
      <CopyButton text={link} label={t('tenants.copyLink')} />
    </p>
  </Dialog>
)
