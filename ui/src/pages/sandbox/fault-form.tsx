/** Something to go wrong with the calls that come next. */
import { post } from '@/api/client'
import type { SandboxFault } from '@/api/shapes'
import { SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word, wordFor } from '@/i18n'
import { toast } from '@/parts/toasts'

const effects = ['decline', 'lost_answer', 'lost_refusal', 'lost_request', 'twice', 'slow', 'late', 'down']
const operations = ['any', 'authorise', 'capture', 'void', 'confirm', 'refund']
const saysNo = (effect: string) => effect === 'decline' || effect === 'lost_refusal'
const takesTime = (effect: string) => effect === 'slow' || effect === 'late'
const whole = (text: string, most: number) => /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most

type Text = { effect: string; operation: string; code: string; millis: string; seconds: string; calls: string }
/** Only what this effect knows is sent. */
function bodyOf({ effect, operation, code, millis, seconds, calls }: Text) {
  if (effect === 'down') return { effect, seconds: Number(seconds) }
  return { effect, operation, calls: Number(calls), ...(saysNo(effect) ? { code } : {}), ...(takesTime(effect) ? { millis: Number(millis) } : {}) }
}

export function FaultForm({ codes, onClose, onDone }: { codes: string[]; onClose: () => void; onDone: () => void }) {
  const form = useForm<Text, SandboxFault>({
    initial: { effect: 'lost_answer', operation: 'any', code: codes[0] ?? 'card_declined', millis: '5000', seconds: '60', calls: '1' },
    check: ({ effect, millis, seconds, calls }) => ({
      ...(takesTime(effect) && !whole(millis, 30_000) ? { millis: t('sandbox.range', { from: 1, to: 30_000 }) } : {}),
      ...(effect === 'down' && !whole(seconds, 3_600) ? { seconds: t('sandbox.range', { from: 1, to: 3_600 }) } : {}),
      ...(effect !== 'down' && !whole(calls, 1_000) ? { calls: t('sandbox.range', { from: 1, to: 1_000 }) } : {}),
    }),
    send: (values, key) => post<SandboxFault>('/sandbox/faults', bodyOf(values), key),
    onDone: (fault) => {
      toast({ text: t('sandbox.faultAdded', { what: word('sandboxEffect', fault.effect) }) })
      onDone()
    },
  })
  const { effect } = form.values
  return (
    <FormDialog form={form} title={t('sandbox.addFault')} lead={wordFor('sandboxEffectHint', effect)} deed={t('sandbox.faultDeed')} onClose={onClose}>
      <SelectField form={form} name="effect" label={t('sandbox.effect')} options={effects.map((value) => ({ value, label: word('sandboxEffect', value) }))} />
      {saysNo(effect) && <SelectField form={form} name="code" label={t('sandbox.code')} options={codes.map((value) => ({ value, label: word('declineCode', value) }))} />}
      {takesTime(effect) && <TextField form={form} name="millis" label={t('sandbox.millis')} suffix="ms" decimal max={5} />}
      {effect === 'down' ? (
        <TextField form={form} name="seconds" label={t('sandbox.seconds')} suffix="s" decimal max={4} />
      ) : (
        <div className="field-pair">
          <SelectField form={form} name="operation" label={t('sandbox.operation')} options={operations.map((value) => ({ value, label: word('sandboxCall', value) }))} />
          <TextField form={form} name="calls" label={t('sandbox.howMany')} decimal max={4} />
        </div>
      )}
    </FormDialog>
  )
}
