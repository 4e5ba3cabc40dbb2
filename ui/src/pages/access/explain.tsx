/** Why can, or can't, this person do that? Asked in the address, so that an answer can be sent on. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { get, read } from '@/api/client'
import type { Explanation, Order, User } from '@/api/shapes'
import { FindField } from '@/forms/find'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { en } from '@/i18n/en'
import { parseAmount, typed } from '@/lib/money'
import { orderName } from '@/lib/text'
import { roleOptions } from '@/pages/people/roles'
import { Part } from '@/parts/states'
import { can, useMe } from '@/session'
import { Because } from './because'
import { Choose, Type } from './inputs'

const asked = ['userId', 'permission', 'subjectType', 'subjectId', 'amount', 'currency', 'newRole', 'at', 'ip'] as const
type Asked = Partial<Record<(typeof asked)[number], string>>

export function ExplainPage() {
  const search = useSearch({ strict: false }) as Asked
  const go = useNavigate()
  const { tenant } = useMe()
  const others = can('read:role')
  const params = Object.fromEntries(asked.map((name) => [name, search[name]]).filter(([, value]) => value)) as Asked
  const set = (next: Asked) => void go({ to: '.', search: { ...params, ...next } as never, replace: true })
  const found = useQuery({ ...read<Explanation>('/access/explain', params), enabled: Boolean(params.permission), placeholderData: (before) => before })
  const permission = params.permission ?? ''
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('access.explain')}</h1>
      </header>
      {others && <Tabs area="access" />}
      <div className="ask">
        <div className="ask-fields">
          {others && can('read:user') && <Person id={params.userId} onPick={(userId) => set({ userId })} />}
          <Choose label={t('why.what')} value={permission} onChange={(next) => set({ permission: next })} none={t('why.choose')} options={Object.keys(en.permission).map((value) => ({ value, label: word('permission', value) })).toSorted((a, b) => a.label.localeCompare(b.label))} />
          {/:order$/.test(permission) && can('read:order') && <OrderOf id={params.subjectType === 'order' ? params.subjectId : undefined} onPick={(subjectId) => set({ subjectType: 'order', subjectId })} />}
          {permission === 'refund:order' && (
            <Type label={t('why.amount')} suffix={tenant.currency} value={params.amount ? typed({ amount: Number(params.amount), currency: tenant.currency }) : ''} onChange={(text) => set({ amount: text.trim() ? String(parseAmount(text, tenant.currency) ?? '') : '', currency: text.trim() ? tenant.currency : '' })} />
          )}
          {permission === 'update:role' && <Choose label={t('why.newRole')} value={params.newRole ?? ''} none="–" onChange={(newRole) => set({ newRole })} options={roleOptions()} />}
          {permission && (
            <>
              <Type label={t('why.at')} type="datetime-local" hint={t('why.atHint')} value={local(params.at)} onChange={(text) => set({ at: text ? new Date(text).toISOString() : '' })} />
              <Type label={t('why.ip')} hint={t('why.ipHint')} value={params.ip ?? ''} onChange={(ip) => set({ ip: ip.trim() })} />
            </>
          )}
        </div>
        <section className="ask-answer" aria-label={t('why.answer')}>
          {permission ? <Part query={found} lines={5}>{(data) => <Because found={data} />}</Part> : <p className="quiet">{t('why.lead')}</p>}
        </section>
      </div>
    </div>
  )
}

/** An instant as the field of a day and time takes it, in the reader's zone. */
function local(iso: string | undefined) {
  if (!iso || Number.isNaN(Date.parse(iso))) return ''
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function Person({ id, onPick }: { id: string | undefined; onPick: (id: string) => void }) {
  const mine = useMe()
  const person = useQuery({ ...read<User>(`/users/${id}`), enabled: Boolean(id) && id !== mine.id })
  const shown = !id || id === mine.id ? t('why.yourself', { name: mine.name }) : (person.data?.name ?? '…')
  const find = async (words: string) => (await get<User[]>('/users', { search: words, limit: 12 })).map((user) => ({ value: user.id, label: user.name, note: user.email, record: user }))
  return <FindField<User> label={t('why.who')} shown={shown} find={find} onPick={({ value }) => onPick(value)} />
}
function OrderOf({ id, onPick }: { id: string | undefined; onPick: (id: string) => void }) {
  const order = useQuery({ ...read<Order>(`/orders/${id}`), enabled: Boolean(id) })
  const find = async (words: string) => (await get<Order[]>('/orders', { search: words, limit: 12 })).map((one) => ({ value: one.id, label: orderName(one.number), note: one.customer.name, record: one }))
  return <FindField<Order> label={t('why.which')} shown={id ? (order.data ? orderName(order.data.number) : '…') : ''} placeholder={t('why.any')} find={find} onPick={({ value }) => onPick(value)} />
}
