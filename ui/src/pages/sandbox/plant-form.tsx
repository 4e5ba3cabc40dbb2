/** A difference in the sandbox's balance report, for the reconciliation to find. */
import { useState } from 'react'
import { post } from '@/api/client'
import { MoneyField, SelectField } from '@/forms/fields'
import { FindField } from '@/forms/find'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { parseAmount } from '@/lib/money'
import { paths } from '@/paths'
import { toast } from '@/parts/toasts'
import { findPayments } from './find'

type Text = { paymentId: string; kind: string; amount: string }

export function PlantForm({ currency: own, onClose }: { currency: string; onClose: () => void }) {
  const [name, setName] = useState('')
  const [currency, setCurrency] = useState(own)
  const form = useForm<Text, unknown>({
    initial: { paymentId: '', kind: 'amount', amount: '1' },
    check: ({ paymentId, kind, amount }) => ({
      ...(paymentId ? {} : { paymentId: t('recon.pickOne') }),
      ...(kind !== 'missing' && !parseAmount(amount, currency) ? { amount: t('refund.needsAmount') } : {}),
    }),
    // A line of a payment is named by it.
    send: ({ paymentId, kind, amount }, key) => post('/reconciliation/plant', { reference: `ch_${paymentId}`, kind, ...(kind === 'missing' ? {} : { amount: parseAmount(amount, currency) }) }, key),
    onDone: () => {
      onClose()
      toast({ text: t('sandbox.planted'), link: { to: paths.differences, label: t('recon.title') } })
    },
  })
  return (
    <FormDialog form={form} title={t('sandbox.plant')} lead={t('sandbox.plantLead')} deed={t('sandbox.plantDeed')} onClose={onClose}>
      <FindField
        label={t('recon.whichPayment')}
        shown={form.values.paymentId ? name : ''}
        placeholder={t('recon.findHint')}
        find={findPayments}
        field="paymentId"
        error={form.errors['paymentId']}
        onPick={(found) => (form.set('paymentId', found.value), setName(found.label), setCurrency(found.record.amount.currency))}
      />
      <SelectField
        form={form}
        name="kind"
        label={t('sandbox.plantKind')}
        options={[
          { value: 'amount', label: t('sandbox.plantAmount') },
          { value: 'missing', label: t('sandbox.plantMissing') },
          { value: 'fee', label: t('sandbox.plantFee') },
        ]}
      />
      {form.values.kind !== 'missing' && <MoneyField form={form} name="amount" label={t('sandbox.plantBy')} currency={currency} />}
    </FormDialog>
  )
}
