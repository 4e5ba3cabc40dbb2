/** Having the sandbox's bank dispute a payment. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '@/api/client'
import type { SandboxDispute } from '@/api/shapes'
import { SelectField } from '@/forms/fields'
import { FindField } from '@/forms/find'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { paths } from '@/paths'
import { toast } from '@/parts/toasts'
import { findPayments } from './find'

const reasons = ['fraudulent', 'product_not_received', 'product_unacceptable', 'duplicate', 'credit_not_processed', 'subscription_canceled', 'unrecognized', 'general']
export function DisputeForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const form = useForm<{ paymentId: string; reason: string }, SandboxDispute>({
    initial: { paymentId: '', reason: 'fraudulent' },
    check: ({ paymentId }) => (paymentId ? {} : { paymentId: t('recon.pickOne') }),
    send: (values, key) => post<SandboxDispute>('/sandbox/disputes', values, key),
    onDone: ({ disputeId }) => {
      onClose()
      void Promise.all(['sandbox', 'disputes', 'payments'].map((root) => client.invalidateQueries({ queryKey: [root] })))
      toast({ text: t(disputeId ? 'sandbox.disputed' : 'sandbox.disputeComes'), ...(disputeId ? { link: { to: paths.dispute(disputeId), label: t('sandbox.openDispute') } } : {}) })
    },
  })
  return (
    <FormDialog form={form} title={t('sandbox.dispute')} lead={t('sandbox.disputeLead')} deed={t('sandbox.disputeDeed')} onClose={onClose}>
      <FindField label={t('recon.whichPayment')} shown={form.values.paymentId ? name : ''} placeholder={t('recon.findHint')} find={findPayments} field="paymentId" error={form.errors['paymentId']} onPick={(found) => (form.set('paymentId', found.value), setName(found.label))} />
      <SelectField form={form} name="reason" label={t('common.reason')} options={reasons.map((value) => ({ value, label: word('disputeReason', value) }))} />
    </FormDialog>
  )
}
