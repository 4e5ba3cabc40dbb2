/** How the sandbox behaves when nothing goes wrong on purpose: how long it takes, and how it tells. */
import { useQueryClient } from '@tanstack/react-query'
import { patch, read } from '@/api/client'
import type { Sandbox } from '@/api/shapes'
import { CheckField, TextField } from '@/forms/fields'
import { FormProblem } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { toast } from '@/parts/toasts'
import { CopyButton } from '@/parts/values'
import type { Refuse } from '@/parts/why'

type Text = { recording: boolean; processingSeconds: string; 'webhooks.enabled': boolean; 'webhooks.delaySeconds': string; 'webhooks.copies': string; 'webhooks.losePercent': string; 'webhooks.reorder': boolean }
const toText = ({ recording, processingSeconds, webhooks }: Sandbox): Text => ({
  recording,
  processingSeconds: String(processingSeconds),
  'webhooks.enabled': webhooks.enabled,
  'webhooks.delaySeconds': String(webhooks.delaySeconds),
  'webhooks.copies': String(webhooks.copies),
  'webhooks.losePercent': String(webhooks.losePercent),
  'webhooks.reorder': webhooks.reorder,
})
const ranges = { processingSeconds: [0, 86_400], 'webhooks.delaySeconds': [0, 3_600], 'webhooks.copies': [1, 5], 'webhooks.losePercent': [0, 100] } as const

export function Behaviour({ data, refuse }: { data: Sandbox; refuse: Refuse }) {
  const client = useQueryClient()
  const form = useForm<Text, Sandbox>({
    initial: toText(data),
    check: (values) =>
      Object.fromEntries(
        Object.entries(ranges).flatMap(([name, [from, to]]) => {
          const text = values[name as keyof typeof ranges].trim()
          return /^\d+$/.test(text) && Number(text) >= from && Number(text) <= to ? [] : [[name, t('sandbox.range', { from, to })]]
        }),
      ),
    send: (values) =>
      patch<Sandbox>('/sandbox', {
        recording: values.recording,
        processingSeconds: Number(values.processingSeconds),
        webhooks: {
          enabled: values['webhooks.enabled'],
          delaySeconds: Number(values['webhooks.delaySeconds']),
          copies: Number(values['webhooks.copies']),
          losePercent: Number(values['webhooks.losePercent']),
          reorder: values['webhooks.reorder'],
        },
      }),
    onDone: (next) => {
      client.setQueryData(read<Sandbox>('/sandbox').queryKey, next)
      form.reset(toText(next))
      toast({ text: t('sandbox.saved') })
    },
  })
  return (
    <form
      className="form sandbox-form"
      aria-label={t('sandbox.behaviour')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!refuse) form.submit()
      }}
    >
      <fieldset disabled={Boolean(refuse)} className="form">
        <CheckField form={form} name="recording" label={t('sandbox.recording')} />
        <div className="sandbox-fields">
          <TextField form={form} name="processingSeconds" label={t('sandbox.processingSeconds')} hint={t('sandbox.processingHint')} suffix="s" decimal max={5} />
        </div>
        <CheckField form={form} name="webhooks.enabled" label={t('sandbox.tells')} />
        {form.values['webhooks.enabled'] && (
          <>
            <div className="sandbox-fields">
              <TextField form={form} name="webhooks.delaySeconds" label={t('sandbox.delay')} suffix="s" decimal max={4} />
              <TextField form={form} name="webhooks.copies" label={t('sandbox.copies')} decimal max={1} />
              <TextField form={form} name="webhooks.losePercent" label={t('sandbox.lose')} suffix="%" decimal max={3} />
            </div>
            <CheckField form={form} name="webhooks.reorder" label={t('sandbox.reorder')} />
          </>
        )}
        {data.webhooks.url && (
          <p className="quiet">
            {t('sandbox.url')} <code className="hash">{data.webhooks.url}</code> <CopyButton text={data.webhooks.url} />
          </p>
        )}
        <FormProblem form={form} />
        {form.dirty && (
          <div className="form-foot">
            <Button onClick={() => form.reset(toText(data))}>{t('settings.discard')}</Button>
            <Button type="submit" look="primary" busy={form.busy}>
              {t('common.save')}
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  )
}
