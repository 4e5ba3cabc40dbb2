/** Getting in with a sealed code: once, for an hour, and everybody who looks after people hears of it. */
import { post } from '@/api/client'
import { Problem } from '@/api/problem'
import type { SignedIn } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { Gate } from './gate'

export function SealedStep({ onIn, onBack }: { onIn: (reply: SignedIn) => void; onBack: () => void }) {
  const form = useForm({
    initial: { code: '', reason: '' },
    check: (values) => Object.fromEntries((['code', 'reason'] as const).filter((name) => !values[name].trim()).map((name) => [name, t('common.required')])),
    send: async (values) => {
      try {
        return await post<SignedIn>('/auth/break-glass', { code: values.code.trim(), reason: values.reason.trim() })
      } catch (error) {
        if (error instanceof Problem && error.unauthenticated) throw new Problem(401, { title: t('sealed.wrong'), code: error.code })
        throw error
      }
    },
    onDone: onIn,
  })
  return (
    <Gate title={t('sealed.title')} lead={t('sealed.enterLead')}>
      <Form form={form} deed={t('sealed.enter')} label={t('sealed.title')} wide>
        <TextField form={form} name="code" label={t('sealed.code')} max={120} autoFocus />
        <TextField form={form} name="reason" label={t('common.reason')} hint={t('sealed.reasonHint')} max={500} />
      </Form>
      <div className="entry-ways">
        <button type="button" className="linkish" onClick={onBack}>
          {t('sealed.back')}
        </button>
      </div>
    </Gate>
  )
}
