/** How fast a queue may go. What is left empty is not limited. */
import { patch } from '@/api/client'
import type { HeldQueue } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import type { Line } from './queues'

type Text = { atOnce: string; perMinute: string }
const good = (text: string) => text.trim() === '' || (/^\d{1,4}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 1000)
const whole = (text: string) => (text.trim() ? Number(text) : null)

export function Limits({ line, onClose, onDone }: { line: Line; onClose: () => void; onDone: () => void }) {
  const form = useForm<Text, HeldQueue>({
    initial: { atOnce: String(line.held?.atOnce ?? ''), perMinute: String(line.held?.perMinute ?? '') },
    check: (values) => ({ ...(good(values.atOnce) ? {} : { atOnce: t('rein.wrong') }), ...(good(values.perMinute) ? {} : { perMinute: t('rein.wrong') }) }),
    send: (values) => patch<HeldQueue>('/jobs/queues', { queue: line.queue, atOnce: whole(values.atOnce), perMinute: whole(values.perMinute) }),
    onDone,
  })
  return (
    <FormDialog form={form} title={t('rein.limitTitle', { name: word('queue', line.queue) })} lead={t('rein.limitLead')} deed={t('common.save')} refuse={!form.dirty && t('common.noChange')} onClose={onClose}>
      <div className="field-pair">
        <TextField form={form} name="atOnce" label={t('rein.atOnce')} decimal optional autoFocus max={4} />
        <TextField form={form} name="perMinute" label={t('rein.perMinute')} decimal optional max={4} />
      </div>
    </FormDialog>
  )
}
