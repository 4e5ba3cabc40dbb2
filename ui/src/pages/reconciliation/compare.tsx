/** Comparing our books with the providers' now, for a span of days. */
import { useQueryClient } from '@tanstack/react-query'
import { Scale } from 'lucide-react'
import { useState } from 'react'
import { post } from '@/api/client'
import type { Reconciliation } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { useActions } from '@/frame/actions'
import { t } from '@/i18n'
import { daysBack, isoDay } from '@/lib/time'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { toast } from '@/parts/toasts'
import { lacking } from '@/parts/why'
import { endAfter } from '../ledger/months'

export function CompareButton() {
  const [open, setOpen] = useState(false)
  const lack = lacking('reconcile:ledger')
  useActions([{ id: 'compare', label: t('recon.compare'), refuse: lack, run: () => setOpen(true) }])
  return (
    <>
      <Button look="primary" icon={<Scale size={14} />} refuse={lack} onClick={() => setOpen(true)}>
        {t('recon.compare')}
      </Button>
      {open && <Compare onClose={() => setOpen(false)} />}
    </>
  )
}

function Compare({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const today = isoDay(new Date())
  const form = useForm<{ from: string; to: string }, Reconciliation>({
    initial: { from: daysBack(30), to: today },
    check: ({ from, to }) => ({ ...(from ? {} : { from: t('common.required') }), ...(!to ? { to: t('common.required') } : to < from ? { to: t('recon.endsBefore') } : Date.parse(to) - Date.parse(from) > 91 * 86_400_000 ? { from: t('recon.tooLong') } : {}) }),
    // What happens today is compared up to now, what lies behind up to the end of its last day.
    send: ({ from, to }, key) => post<Reconciliation>('/reconciliation/runs', { from, ...(to >= today ? {} : { to: endAfter(to) }) }, key),
    onDone: () => {
      onClose()
      void client.invalidateQueries({ queryKey: ['reconciliation'] })
      toast({ text: t('recon.begun'), link: { to: paths.comparisons, label: t('recon.comparisons') } })
    },
  })
  return (
    <FormDialog form={form} title={t('recon.compare')} lead={t('recon.compareLead')} deed={t('recon.compareDeed')} onClose={onClose}>
      <div className="field-pair">
        <TextField form={form} name="from" label={t('recon.fromDay')} type="date" autoFocus />
        <TextField form={form} name="to" label={t('recon.toDay')} type="date" />
      </div>
    </FormDialog>
  )
}
