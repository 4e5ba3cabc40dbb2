/** Settling a difference: saying what it belongs to, or booking it as lost or won. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post, read } from '@/api/client'
import type { Payment, ReconciliationException as Difference, Refund } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FindField, type Found } from '@/forms/find'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'

export function useSettled() {
  const client = useQueryClient()
  return async (next: Difference, text: string) => {
    client.setQueryData(read<Difference>(`/reconciliation/exceptions/${next.id}`).queryKey, next)
    await Promise.all(['reconciliation', 'ledger', 'audit'].map((root) => client.invalidateQueries({ queryKey: [root] })))
    toast({ text })
  }
}

export function useWriteOff(difference: Difference) {
  const settled = useSettled()
  const amount = money({ ...difference.difference, amount: Math.abs(difference.difference.amount) })
  return () => {
    const key = crypto.randomUUID()
    confirm({
      title: t('recon.writeOffTitle', { amount }),
      body: t(difference.difference.amount < 0 ? 'recon.writeOffLost' : 'recon.writeOffWon', { amount }),
      deed: t('recon.writeOffDeed', { amount }),
      danger: true,
      name: difference.reference,
      reason: 'required',
      run: async (reason) => settled(await post<Difference>(`/reconciliation/exceptions/${difference.id}/write-off`, { reason }, key), t('recon.writtenOff', { amount })),
    })
  }
}

const findPayments = async (words: string): Promise<Found<string>[]> =>
  (await get<Payment[]>('/payments', { search: words, limit: 8 })).map((one) => ({ value: one.id, label: `${orderName(one.orderNumber)} · ${money(one.amount)}`, note: word('state', one.state), record: one.id }))
const findRefunds = async (words: string): Promise<Found<string>[]> =>
  (await get<Refund[]>('/refunds', { search: words, limit: 8 })).map((one) => ({ value: one.id, label: `${orderName(one.orderNumber)} · ${money(one.amount)}`, note: word('state', one.state), record: one.id }))

export function Match({ difference, onClose }: { difference: Difference; onClose: () => void }) {
  const settled = useSettled()
  const [name, setName] = useState('')
  const form = useForm<{ what: string; id: string; reason: string }, Difference>({
    initial: { what: difference.lineKind === 'refund' ? 'refund' : 'payment', id: '', reason: '' },
    check: ({ id, reason }) => ({ ...(id ? {} : { id: t('recon.pickOne') }), ...(reason.trim() ? {} : { reason: t('common.needsReason') }) }),
    send: ({ what, id, reason }, key) => post<Difference>(`/reconciliation/exceptions/${difference.id}/match`, { [what === 'refund' ? 'refundId' : 'paymentId']: id, reason: reason.trim() }, key),
    onDone: (next) => {
      onClose()
      void settled(next, t('recon.matched'))
    },
  })
  const refund = form.values.what === 'refund'
  return (
    <FormDialog form={form} title={t('recon.matchTitle')} lead={t('recon.matchLead', { reference: difference.reference, theirs: money(difference.theirs) })} deed={t('recon.match')} onClose={onClose}>
      <SelectField form={form} name="what" label={t('recon.belongsTo')} options={[{ value: 'payment', label: word('thing', 'payment') }, { value: 'refund', label: word('thing', 'refund') }]} />
      <FindField key={form.values.what} label={t(refund ? 'recon.whichRefund' : 'recon.whichPayment')} shown={form.values.id ? name : ''} placeholder={t('recon.findHint')} find={refund ? findRefunds : findPayments} field="id" error={form.errors['id']} onPick={(found) => (form.set('id', found.value), setName(found.label))} />
      <TextField form={form} name="reason" label={t('common.reason')} max={500} />
    </FormDialog>
  )
}
