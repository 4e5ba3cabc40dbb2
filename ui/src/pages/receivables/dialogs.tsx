/** Money that came by hand, what is given up, and another day to pay by. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { patch } from '@/api/client'
import type { Receivable } from '@/api/shapes'
import { MoneyField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, type Key } from '@/i18n'
import { money, parseAmount, typed } from '@/lib/money'
import { orderName } from '@/lib/text'
import { date, isoDay } from '@/lib/time'
import { Booked, Comes } from '../credits/booked'
import { once } from '../orders/once'
import { said } from '../orders/said'
import type { Less } from './host'
import { canBe, endOf } from './late'

const settle = (client: QueryClient) => Promise.all(['receivables', 'payments', 'orders', 'ledger'].map((root) => client.invalidateQueries({ queryKey: [root] })))

type Words = Record<'title' | 'deed' | 'plain' | 'reason' | 'hint' | 'done', Key> & { account: string; action: string }
const words: Record<Less, Words> = {
  receive: { title: 'owed.receiveTitle', deed: 'owed.receiveDeed', plain: 'owed.receiveDeedPlain', reason: 'owed.receiveReason', hint: 'owed.receiveHint', done: 'owed.receivedDone', account: 'bank', action: 'receivable.receive' },
  'write-off': { title: 'owed.giveUpTitle', deed: 'owed.giveUpDeed', plain: 'owed.giveUpDeedPlain', reason: 'common.reason', hint: 'owed.reasonHint', done: 'owed.gaveUp', account: 'differences', action: 'receivable.write_off' },
}

export function LessDialog({ one, deed, onClose }: { one: Receivable; deed: Less; onClose: () => void }) {
  const client = useQueryClient()
  const { currency } = one.owed
  const [say, order, most] = [words[deed], orderName(one.orderNumber), one.owed.amount]
  const form = useForm({
    initial: { amount: typed(one.owed), reason: '' },
    send: ({ reason, amount }, key) => once<Receivable>(`/receivables/${one.id}/${deed}`, { amount: { amount: parseAmount(amount, currency), currency }, reason: reason.trim() }, key),
    onDone: (_, values) => {
      void settle(client)
      onClose()
      void said.toast({ text: t(say.done, { amount: money({ amount: parseAmount(values.amount, currency) ?? 0, currency }), order }), type: 'payment', id: one.id, action: say.action })
    },
  })
  const amount = parseAmount(form.values.amount, currency)
  const sure = amount !== undefined && amount > 0 && amount <= most
  const refuse =
    amount === undefined || amount <= 0 ? t('refund.needsAmount')
    : amount > most ? t('owed.tooMuch', { left: money(one.owed) })
    : form.values.reason.trim() === '' ? t('refund.needsReason')
    : undefined
  return (
    <FormDialog
      form={form}
      title={t(say.title, { order })}
      lead={t('owed.lead', { name: one.customer.name, amount: money(one.owed), day: date(one.dueAt) })}
      deed={sure ? t(say.deed, { amount: money({ amount, currency }) }) : t(say.plain)}
      refuse={refuse}
      danger={deed === 'write-off'}
      onClose={onClose}
    >
      <MoneyField form={form} name="amount" label={t('refund.amount')} currency={currency} autoFocus />
      <TextField form={form} name="reason" label={t(say.reason)} hint={t(say.hint)} max={500} />
      {sure && (
        <>
          <Comes title={t('owed.left')} value={{ amount: most - amount, currency }} />
          <Booked debit={say.account} credit="receivable" value={{ amount, currency }} />
        </>
      )}
    </FormDialog>
  )
}

export function AnotherDialog({ one, onClose }: { one: Receivable; onClose: () => void }) {
  const client = useQueryClient()
  const order = orderName(one.orderNumber)
  const before = isoDay(new Date(one.dueAt))
  const form = useForm({
    initial: { dueAt: before, reason: '' },
    send: ({ dueAt, reason }) => patch<Receivable>(`/receivables/${one.id}`, { dueAt: endOf(dueAt), reason: reason.trim() }),
    onDone: (_, { dueAt }) => {
      void settle(client)
      onClose()
      void said.toast({ text: t('owed.anotherDone', { order, day: date(dueAt) }), type: 'payment', id: one.id, action: 'receivable.put_off' })
    },
  })
  const { dueAt, reason } = form.values
  const refuse =
    dueAt === before ? t('owed.sameDay')
    : !canBe(dueAt) ? t('owed.dayWrong')
    : reason.trim() === '' ? t('refund.needsReason')
    : undefined
  return (
    <FormDialog
      form={form}
      title={t('owed.anotherTitle', { order })}
      lead={t('owed.lead', { name: one.customer.name, amount: money(one.owed), day: date(one.dueAt) })}
      deed={canBe(dueAt) && dueAt !== before ? t('owed.anotherDeed', { day: date(dueAt) }) : t('owed.anotherDeedPlain')}
      refuse={refuse}
      onClose={onClose}
    >
      <TextField form={form} name="dueAt" type="date" label={t('owed.day')} autoFocus />
      <TextField form={form} name="reason" label={t('common.reason')} hint={t('owed.reasonHint')} max={500} />
    </FormDialog>
  )
}
