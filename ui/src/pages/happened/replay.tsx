/** Showing somebody again what happened from a point on. */
import { useQueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { EventConsumer } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { toast } from '@/parts/toasts'

const HOUR = 3_600_000
const back: Record<string, number> = { hour: HOUR, day: 24 * HOUR, threeDays: 72 * HOUR, week: 167 * HOUR }
type Text = { point: string; fromSeq: string; reason: string }

export function Replay({ consumer, newest, onClose }: { consumer: EventConsumer; newest: number; onClose: () => void }) {
  const client = useQueryClient()
  const name = word('consumer', consumer.name)
  const form = useForm<Text, EventConsumer>({
    initial: { point: 'hour', fromSeq: '', reason: '' },
    check: ({ point, fromSeq, reason }) => ({
      ...(point === 'seq' && !/^\d+$/.test(fromSeq.trim()) ? { fromSeq: t('happened.seqWrong', { newest: number(newest) }) } : {}),
      ...(reason.trim() ? {} : { reason: t('common.needsReason') }),
    }),
    send: ({ point, fromSeq, reason }, key) =>
      post<EventConsumer>(`/events/consumers/${consumer.name}/replay`, { ...(point === 'seq' ? { fromSeq: Number(fromSeq) } : { since: new Date(Date.now() - (back[point] ?? HOUR)).toISOString() }), reason: reason.trim() }, key),
    onDone: () => {
      void client.invalidateQueries({ queryKey: ['events'] })
      toast({ text: t('happened.isReplayed', { name }) })
      onClose()
    },
  })
  const bySeq = form.values.point === 'seq'
  return (
    <FormDialog form={form} title={t('happened.replayTitle', { name })} lead={t('happened.replayLead')} deed={t('happened.replay')} onClose={onClose}>
      <SelectField
        form={form}
        name="point"
        label={t('happened.from')}
        options={[...Object.keys(back).map((value) => ({ value, label: t(`happened.${value as 'hour' | 'day' | 'threeDays' | 'week'}`) })), { value: 'seq', label: t('happened.bySeq') }]}
      />
      {bySeq && <TextField form={form} name="fromSeq" label={t('happened.seq')} hint={t('happened.seqHint', { newest: number(newest), at: number(consumer.seq) })} decimal />}
      <TextField form={form} name="reason" label={t('common.reason')} max={500} />
    </FormDialog>
  )
}
