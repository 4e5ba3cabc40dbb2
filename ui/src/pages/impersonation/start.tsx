/** Begins to see Purser as another person: with a reason, for a while, by default without touching anything. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { post } from '@/api/client'
import type { Impersonation, User } from '@/api/shapes'
import { CheckField, SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm, type Form } from '@/forms/use-form'
import { t } from '@/i18n'
import { paths } from '@/paths'
import { becameSomebody } from '@/session'

type Wish = { reason: string; minutes: string; touch: boolean }
const spans = ['5', '15', '30']
export function SeeAs({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient()
  const go = useNavigate()
  const form: Form<Wish> = useForm<Wish, unknown>({
    initial: { reason: '', minutes: '15', touch: false },
    check: ({ reason }) => (reason.trim() ? {} : { reason: t('common.needsReason') }),
    send: async ({ reason, minutes, touch }) => {
      await post<Impersonation>('/auth/impersonation', { userId: user.id, reason: reason.trim(), minutes: Number(minutes), readOnly: !touch })
      form.release()
      onClose()
      await go({ to: paths.home })
      await becameSomebody(client)
    },
    onDone: () => undefined,
  })
  return (
    <FormDialog form={form} title={t('as.title', { name: user.name })} lead={t('as.lead', { name: user.name })} deed={t('as.begin')} onClose={onClose}>
      <TextField form={form} name="reason" label={t('as.reason')} max={500} autoFocus />
      <SelectField form={form} name="minutes" label={t('as.minutes')} options={spans.map((value) => ({ value, label: t('as.nMinutes', { n: Number(value) }) }))} />
      <div>
        <CheckField form={form} name="touch" label={t('as.touch')} />
        <p className="field-hint">{t('as.touchHint')}</p>
      </div>
    </FormDialog>
  )
}
