/** What a job that failed for good works with, put right by hand; then tried again, if one likes. */
import { useQueryClient } from '@tanstack/react-query'
import { post, read } from '@/api/client'
import type { Job } from '@/api/shapes'
import { AreaField, CheckField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { toast } from '@/parts/toasts'

type Text = { data: string; reason: string; retry: boolean }
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

export function EditJob({ job, onClose }: { job: Job; onClose: () => void }) {
  const client = useQueryClient()
  const form = useForm<Text, Job>({
    initial: { data: JSON.stringify(job.data ?? {}, null, 2), reason: '', retry: true },
    check: ({ data, reason }) => {
      const value = parse(data)
      return { ...(typeof value === 'object' && value !== null && !Array.isArray(value) ? {} : { data: t('jobs.dataWrong') }), ...(reason.trim() ? {} : { reason: t('common.needsReason') }) }
    },
    send: ({ data, reason, retry }, key) => post<Job>(`/jobs/${job.id}/edit`, { data: parse(data), reason: reason.trim(), retry }, key),
    onDone: (next, { retry }) => {
      client.setQueryData(read<Job>(`/jobs/${job.id}`).queryKey, next)
      void Promise.all(['jobs', 'audit'].map((root) => client.invalidateQueries({ queryKey: [root] })))
      toast({ text: t(retry ? 'jobs.editedRetried' : 'jobs.edited') })
      onClose()
    },
  })
  return (
    <FormDialog form={form} title={t('jobs.editTitle', { what: word('jobKind', job.kind) })} lead={t('jobs.editLead')} deed={t(form.values.retry ? 'jobs.editRetry' : 'common.save')} onClose={onClose} wide>
      <div className="code-field">
        <AreaField form={form} name="data" label={t('jobs.data')} hint={t('jobs.dataHint')} rows={9} max={20_000} />
      </div>
      <TextField form={form} name="reason" label={t('common.reason')} max={500} />
      <CheckField form={form} name="retry" label={t('jobs.editThenRetry')} />
    </FormDialog>
  )
}
