/** Giving stored credit, and taking back what was given. Giving stands under the rules of refunds, and may wait for somebody else. */
import { useQueryClient } from '@tanstack/react-query'
import type { CreditChanged } from '@/api/shapes'
import { MoneyField, SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { money, parseAmount } from '@/lib/money'
import { paths } from '@/paths'
import { toast } from '@/parts/toasts'
import { useMe } from '@/session'
import { once } from '../orders/once'
import { said } from '../orders/said'
import { Booked, Comes } from './booked'
import type { CreditAsk } from './host'

const words = {
  give: { title: 'credits.giveTitle', deed: 'credits.giveDeed', plain: 'credits.giveDeedPlain', done: 'credits.given', action: 'credit.give' },
  take_back: { title: 'credits.takeTitle', deed: 'credits.takeDeed', plain: 'credits.takeDeedPlain', done: 'credits.taken', action: 'credit.take_back' },
} as const

export function CreditDialog({ ask: { customer, deed, balances }, onClose }: { ask: CreditAsk; onClose: () => void }) {
  const client = useQueryClient()
  const own = useMe().tenant.currency
  const say = words[deed]
  const giving = deed === 'give'
  const currencies = giving ? [...new Set([own, ...balances.map((one) => one.currency)])] : balances.filter((one) => one.amount > 0).map((one) => one.currency)
  const { name } = customer
  const form = useForm({
    initial: { amount: '', currency: currencies[0] ?? own, reason: '' },
    send: ({ amount, currency, reason }, key) => once<CreditChanged>(`/users/${customer.id}/credit`, { deed, amount: { amount: parseAmount(amount, currency), currency }, reason: reason.trim() }, key),
    onDone: ({ approval }, values) => {
      const amount = money({ amount: parseAmount(values.amount, values.currency) ?? 0, currency: values.currency })
      for (const root of ['credits', 'users', 'approvals', 'ledger', 'payment-methods']) void client.invalidateQueries({ queryKey: [root] })
      onClose()
      if (approval) return toast({ text: t('credits.asked', { amount, name }), link: { to: paths.approval(approval.id), label: t('common.open') } })
      void said.toast({ text: t(say.done, { amount, name }), type: 'user', id: customer.id, action: say.action })
    },
  })
  const { values } = form
  const { currency } = values
  const has = balances.find((one) => one.currency === currency)?.amount ?? 0
  const amount = parseAmount(values.amount, currency)
  const enough = giving || (amount ?? 0) <= has
  const sure = amount !== undefined && amount > 0 && enough
  const value = { amount: amount ?? 0, currency }
  const refuse =
    amount === undefined || amount <= 0 ? t('refund.needsAmount')
    : !enough ? t('credits.tooMuch', { left: money({ amount: has, currency }) })
    : values.reason.trim() === '' ? t('refund.needsReason')
    : undefined
  return (
    <FormDialog
      form={form}
      title={t(say.title, { name })}
      lead={has > 0 ? t('credits.has', { name, amount: money({ amount: has, currency }) }) : t('credits.hasNone', { name })}
      deed={sure ? t(say.deed, { amount: money(value) }) : t(say.plain)}
      refuse={refuse}
      danger={!giving}
      onClose={onClose}
    >
      {currencies.length > 1 && <SelectField form={form} name="currency" label={t('credits.currency')} options={currencies.map((one) => ({ value: one, label: one }))} />}
      <MoneyField form={form} name="amount" label={t('credits.amount')} currency={currency} autoFocus />
      <TextField form={form} name="reason" label={t('credits.reason')} hint={t('credits.reasonHint')} max={500} />
      {sure && (
        <>
          <Comes title={t('credits.then')} value={{ ...value, amount: giving ? has + value.amount : has - value.amount }} />
          <Booked debit={giving ? 'discounts' : 'stored-credit'} credit={giving ? 'stored-credit' : 'discounts'} value={value} />
        </>
      )}
      {giving && <p className="quiet">{t('credits.mayWait')}</p>}
    </FormDialog>
  )
}
