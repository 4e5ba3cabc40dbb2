/** A rule: what it meets, and whether it asks somebody else or forbids. What is left empty meets everything. */
import { patch, post } from '@/api/client'
import type { ApprovalRule } from '@/api/shapes'
import { MoneyField, SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { parseAmount, typed } from '@/lib/money'
import { roleName, roleOptions } from '@/pages/people/roles'
import { useMe } from '@/session'
import { whenOf } from './rules'

const whole = (text: string, most: number) => /^\d+$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most

type Text = { name: string; effect: string; minAmount: string; perDay: string; roles: string; refundKind: string; expiresHours: string }
const toText = (rule: ApprovalRule | undefined): Text => ({
  name: rule?.name ?? '',
  effect: rule?.effect ?? 'approve',
  minAmount: rule?.minAmount ? typed(rule.minAmount) : '',
  perDay: rule?.perDay ? String(rule.perDay) : '',
  roles: rule?.roles.join(' ') ?? '',
  refundKind: rule?.refundKind ?? '',
  expiresHours: String(rule?.expiresHours ?? 72),
})
function bodyOf(values: Text, currency: string) {
  const amount = values.minAmount.trim() ? parseAmount(values.minAmount, currency) : undefined
  return {
    name: values.name.trim(),
    effect: values.effect,
    minAmount: amount ? { amount, currency } : null,
    perDay: values.perDay.trim() ? Number(values.perDay) : null,
    roles: values.roles.split(' ').filter(Boolean),
    refundKind: (values.refundKind || null) as 'standard' | 'goodwill' | null,
    expiresHours: Number(values.expiresHours),
  }
}

export function RuleForm({ rule, onClose, onDone }: { rule?: ApprovalRule; onClose: () => void; onDone: (rule: ApprovalRule) => void }) {
  const own = useMe().tenant.currency
  const currency = rule?.minAmount?.currency ?? own
  const form = useForm<Text, ApprovalRule>({
    initial: toText(rule),
    check: (values) => ({
      ...(values.name.trim() ? {} : { name: t('common.required') }),
      ...(!values.minAmount.trim() || (parseAmount(values.minAmount, currency) ?? 0) > 0 ? {} : { minAmount: t('refund.needsAmount') }),
      ...(!values.perDay.trim() || whole(values.perDay, 10_000) ? {} : { perDay: t('approvals.numberWrong') }),
      ...(whole(values.expiresHours, 720) ? {} : { expiresHours: t('approvals.hoursWrong') }),
    }),
    send: (values, key) => (rule ? patch<ApprovalRule>(`/approval-rules/${rule.id}`, bodyOf(values, currency), rule.version) : post<ApprovalRule>('/approval-rules', { kind: 'refund', ...bodyOf(values, currency) }, key)),
    onDone,
  })
  const chosen = form.values.roles.split(' ').filter(Boolean)
  const offered = [...new Set([...roleOptions().map((option) => option.value).filter((key) => key !== 'user' && key !== 'guest'), ...chosen])]
  const { minAmount, perDay, roles, refundKind } = bodyOf(form.values, currency)
  return (
    <FormDialog form={form} title={rule ? t('approvals.editRule') : t('approvals.add')} lead={t('approvals.ruleLead')} deed={t(rule ? 'common.save' : 'approvals.addDeed')} refuse={rule && !form.dirty && t('common.noChange')} onClose={onClose} wide>
      <TextField form={form} name="name" label={t('approvals.name')} max={80} autoFocus />
      <SelectField form={form} name="effect" label={t('approvals.then')} options={[{ value: 'approve', label: t('approvals.effectApprove') }, { value: 'block', label: t('approvals.effectBlock') }]} />
      <div className="field-pair">
        <MoneyField form={form} name="minAmount" label={t('approvals.from')} currency={currency} optional />
        <TextField form={form} name="perDay" label={t('approvals.perDay')} hint={t('approvals.perDayHint')} decimal optional />
      </div>
      <div className="field-pair">
        <SelectField form={form} name="refundKind" label={t('approvals.refundKind')} none={t('approvals.anyKind')} options={[{ value: 'standard', label: t('approvals.standard') }, { value: 'goodwill', label: t('refunds.goodwill') }]} />
        <TextField form={form} name="expiresHours" label={t('approvals.hours')} suffix={t('approvals.hoursUnit')} decimal />
      </div>
      <fieldset className="field">
        <legend className="field-label">
          {t('approvals.roles')} <span className="quiet">{t('common.optional')}</span>
        </legend>
        <div className="role-checks">
          {offered.map((key) => (
            <label key={key} className="check">
              <input type="checkbox" checked={chosen.includes(key)} onChange={(event) => form.set('roles', offered.filter((one) => (one === key ? event.target.checked : chosen.includes(one))).join(' '))} /> {roleName(key)}
            </label>
          ))}
        </div>
      </fieldset>
      <p className="effect" role="status">
        {whenOf({ minAmount, perDay, roles, refundKind })}: {t(form.values.effect === 'block' ? 'approvals.blocks' : 'approvals.asksFor', { n: Number(form.values.expiresHours) || 0 })}
      </p>
    </FormDialog>
  )
}
