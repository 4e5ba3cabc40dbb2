/** Deleting a business: shut at once, gone after a grace in which it can be brought back. */
import { useQueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { Tenant, TenantDetail } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { toast } from '@/parts/toasts'

const grace = (text: string) => /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 90

export function CloseTenant({ tenant, onClose }: { tenant: TenantDetail; onClose: () => void }) {
  const client = useQueryClient()
  const form = useForm({
    initial: { reason: '', graceDays: '30', confirm: '' },
    check: (values) => ({
      ...(values.reason.trim() ? {} : { reason: t('common.required') }),
      ...(grace(values.graceDays) ? {} : { graceDays: t('tenants.graceWrong') }),
      ...(values.confirm.trim() === tenant.slug ? {} : { confirm: t('common.typeToConfirm', { name: tenant.slug }) }),
    }),
    send: (values, key) => post<Tenant>(`/tenants/${tenant.id}/close`, { reason: values.reason.trim(), graceDays: Number(values.graceDays), confirm: values.confirm.trim() }, key),
    onDone: () => {
      void client.invalidateQueries({ queryKey: ['tenants'] })
      toast({ text: t('tenants.closed', { name: tenant.name }) })
      onClose()
    },
  })
  return (
    <FormDialog form={form} title={t('tenants.closeTitle', { name: tenant.name })} lead={t('tenants.closeBody', { name: tenant.name })} deed={t('tenants.close')} onClose={onClose} danger>
      <TextField form={form} name="reason" label={t('common.reason')} max={500} autoFocus />
      <TextField form={form} name="graceDays" label={t('tenants.grace')} hint={t('tenants.graceHint')} suffix={t('keep.days')} decimal max={2} />
      <TextField form={form} name="confirm" label={t('common.typeToConfirm', { name: tenant.slug })} max={60} />
    </FormDialog>
  )
}
