/** Coupons: what they take off, from when to when, how often, and whether they still do. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { patch, post, read } from '@/api/client'
import type { Coupon } from '@/api/shapes'
import { CheckField, MoneyField, SelectField, TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm, type Form } from '@/forms/use-form'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { money, number, parseAmount, percent, typed } from '@/lib/money'
import { parseNumber } from '@/lib/text'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { atOnce } from '@/lib/at-once'
import { toast } from '@/parts/toasts'
import { Id, State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Facts } from '@/record/record-page'
import { me, useMe } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'

const none = <span className="quiet">–</span>
/** Minor units of the business’ own currency. */
const own = (amount: number) => ({ amount, currency: me.get()?.tenant.currency ?? 'EUR' })
/** What it takes off, in words. */
const takesOff = (coupon: Coupon) => (coupon.kind === 'percent' ? percent(coupon.percentBp) : coupon.kind === 'fixed' ? money(own(coupon.amountOff)) : t('coupons.free'))
/** How it stands today: its days and its uses count as well as its switch. */
function standing(coupon: Coupon) {
  if (!coupon.active) return 'off'
  if (coupon.endsAt && Date.parse(coupon.endsAt) <= Date.now()) return 'expired'
  if (coupon.limitTotal && coupon.used >= coupon.limitTotal) return 'used'
  return coupon.startsAt && Date.parse(coupon.startsAt) > Date.now() ? 'pending' : 'active'
}

const coupons: ListSpec<Coupon> = {
  area: 'coupons',
  title: 'coupons.title',
  path: '/coupons',
  exports: '/coupons/export',
  sort: '-createdAt',
  search: true,
  name: (coupon) => coupon.code,
  columns: [
    { id: 'code', title: 'coupons.code', width: 150, grow: 1, sort: 'code', cell: (row) => <code>{row.code}</code> },
    { id: 'takes', title: 'coupons.takes', width: 130, cell: takesOff },
    { id: 'state', title: 'coupons.state', width: 130, cell: (row) => <State value={standing(row)} /> },
    { id: 'used', title: 'coupons.used', width: 110, end: true, cell: (row) => (row.limitTotal ? t('coupons.usedOf', { n: row.used, most: row.limitTotal }) : number(row.used)) },
    { id: 'from', title: 'coupons.from', width: 124, moment: true, end: true, drop: 2, cell: (row) => <When at={row.startsAt} /> },
    { id: 'until', title: 'coupons.until', width: 124, moment: true, end: true, drop: 1, cell: (row) => <When at={row.endsAt} /> },
    { id: 'when', title: 'coupons.made', width: 124, moment: true, end: true, drop: 3, sort: 'createdAt', cell: (row) => <When at={row.createdAt} /> },
  ],
  filters: [{ kind: 'flag', field: 'active', title: 'coupons.active' }],
  empty: { text: 'coupons.empty' },
}

export function Coupons() {
  const [adding, setAdding] = useState(false)
  const client = useQueryClient()
  return (
    <>
      <ListPage
        spec={coupons}
        above={<Tabs area="products" />}
        peek={(id) => <CouponPeek id={id} />}
        actions={
          <Button look="primary" icon={<Plus size={14} />} refuse={lacking('update:setting')} onClick={() => setAdding(true)}>
            {t('coupons.add')}
          </Button>
        }
      />
      {adding && (
        <CouponForm
          onClose={() => setAdding(false)}
          onDone={(made) => {
            setAdding(false)
            void client.invalidateQueries({ queryKey: ['coupons'] })
            toast({ text: t('coupons.added', { code: made.code }) })
          }}
        />
      )}
    </>
  )
}

function CouponPeek({ id }: { id: string }) {
  const coupon = useQuery(read<Coupon>(`/coupons/${id}`))
  return (
    <div className="peek">
      <Part query={coupon}>{(data) => <Facing coupon={data} />}</Part>
    </div>
  )
}

function Facing({ coupon }: { coupon: Coupon }) {
  const client = useQueryClient()
  const [editing, setEditing] = useState(false)
  const settle = () => client.invalidateQueries({ queryKey: ['coupons'] })
  const lack = lacking('update:setting')
  const active = !coupon.active
  const turn = () => void atOnce(client, { root: 'coupons', id: coupon.id, change: { active } }, () => patch<Coupon>(`/coupons/${coupon.id}`, { active }, coupon.version)).then(() => toast({ text: t(active ? 'coupons.on' : 'coupons.off', { code: coupon.code }) }), () => undefined)
  return (
    <>
      <header className="peek-head">
        <h2 className="peek-title">
          <code>{coupon.code}</code>
        </h2>
        <span className="spring" />
        <span className="peek-figure">{takesOff(coupon)}</span>
      </header>
      <div className="peek-marks">
        <State value={standing(coupon)} />
        <Id id={coupon.id} />
        <span className="spring" />
        <Button small refuse={lack} onClick={() => setEditing(true)}>
          {t('common.edit')}
        </Button>
        <Button small refuse={lack} onClick={turn}>
          {t(coupon.active ? 'coupons.turnOff' : 'coupons.turnOn')}
        </Button>
      </div>
      <Facts
        rows={[
          [t('coupons.used'), coupon.limitTotal ? t('coupons.usedOf', { n: coupon.used, most: coupon.limitTotal }) : number(coupon.used)],
          [t('coupons.perCustomer'), coupon.limitPerCustomer ? number(coupon.limitPerCustomer) : t('coupons.anyNumber')],
          [t('coupons.minimum'), coupon.minSubtotal > 0 ? money(own(coupon.minSubtotal)) : none],
          [t('coupons.from'), <When key="f" at={coupon.startsAt} />],
          [t('coupons.until'), <When key="u" at={coupon.endsAt} />],
          [t('coupons.stackable'), t(coupon.stackable ? 'coupons.withOthers' : 'coupons.alone')],
          [t('coupons.made'), <When key="m" at={coupon.createdAt} />],
        ]}
      />
      {editing && (
        <CouponForm
          coupon={coupon}
          onClose={() => setEditing(false)}
          onDone={(next) => {
            setEditing(false)
            void settle()
            toast({ text: t('products.saved', { name: next.code }) })
          }}
        />
      )}
    </>
  )
}

type Text = { code: string; kind: string; off: string; minSubtotal: string; startsAt: string; endsAt: string; limitTotal: string; limitPerCustomer: string; stackable: boolean }
const pad = (n: number) => String(n).padStart(2, '0')
const dayOf = (at: string | null | undefined) => {
  if (!at) return ''
  const date = new Date(at)
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
}
const beginOf = (day: string) => (day ? new Date(`${day}T00:00`).toISOString() : null)
const count = (text: string) => (text.trim() ? Number(text) : null)

function CouponForm({ coupon, onClose, onDone }: { coupon?: Coupon; onClose: () => void; onDone: (next: Coupon) => void }) {
  const { currency } = useMe().tenant
  const form: Form<Text> = useForm<Text, Coupon>({
    initial: {
      code: coupon?.code ?? '',
      kind: coupon?.kind ?? 'percent',
      off: '',
      minSubtotal: coupon?.minSubtotal ? typed(own(coupon.minSubtotal)) : '',
      startsAt: dayOf(coupon?.startsAt),
      endsAt: dayOf(coupon?.endsAt),
      limitTotal: coupon?.limitTotal ? String(coupon.limitTotal) : '',
      limitPerCustomer: coupon?.limitPerCustomer ? String(coupon.limitPerCustomer) : '',
      stackable: coupon?.stackable ?? false,
    },
    check: (values) => {
      const off = values.kind === 'percent' ? parseNumber(values.off) : parseAmount(values.off, currency)
      const whole = (text: string) => !text.trim() || (/^\d+$/.test(text.trim()) && Number(text) >= 1)
      return {
        ...(values.code.trim() ? {} : { code: t('common.required') }),
        ...(coupon || values.kind === 'free_shipping' || (off !== undefined && off > 0 && (values.kind !== 'percent' || off <= 100)) ? {} : { off: t(values.kind === 'percent' ? 'coupons.percentWrong' : 'refund.needsAmount') }),
        ...(!values.minSubtotal.trim() || parseAmount(values.minSubtotal, currency) !== undefined ? {} : { minSubtotal: t('refund.needsAmount') }),
        ...(whole(values.limitTotal) ? {} : { limitTotal: t('coupons.numberWrong') }),
        ...(whole(values.limitPerCustomer) ? {} : { limitPerCustomer: t('coupons.numberWrong') }),
        ...(values.startsAt && values.endsAt && values.endsAt <= values.startsAt ? { endsAt: t('products.saleOrder') } : {}),
      }
    },
    send: (values, key) => {
      const minimum = values.minSubtotal.trim() ? parseAmount(values.minSubtotal, currency) : undefined
      const terms = { minSubtotal: minimum ?? 0, startsAt: beginOf(values.startsAt), endsAt: beginOf(values.endsAt), limitTotal: count(values.limitTotal), limitPerCustomer: count(values.limitPerCustomer), stackable: values.stackable }
      if (coupon) return patch<Coupon>(`/coupons/${coupon.id}`, terms, coupon.version)
      const off = values.kind === 'percent' ? { percentBp: Math.round((parseNumber(values.off) ?? 0) * 100) } : values.kind === 'fixed' ? { amountOff: parseAmount(values.off, currency) ?? 0 } : {}
      return post<Coupon>('/coupons', { code: values.code.trim(), kind: values.kind, ...off, ...Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== null)) }, key)
    },
    onDone,
  })
  const { kind } = form.values
  return (
    <FormDialog form={form} title={coupon ? t('products.edit', { name: coupon.code }) : t('coupons.add')} {...(coupon ? { lead: t('coupons.editLead') } : {})} deed={t(coupon ? 'common.save' : 'coupons.addDeed')} refuse={coupon && !form.dirty && t('common.noChange')} onClose={onClose}>
      {!coupon && (
        <>
          <TextField form={form} name="code" label={t('coupons.code')} hint={t('coupons.codeHint')} max={40} autoFocus />
          <div className="field-pair">
            <SelectField form={form} name="kind" label={t('coupons.takes')} options={['percent', 'fixed', 'free_shipping'].map((value) => ({ value, label: word('couponKind', value) }))} />
            {kind === 'percent' ? <TextField form={form} name="off" label={t('coupons.howMuch')} suffix="%" decimal /> : kind === 'fixed' ? <MoneyField form={form} name="off" label={t('coupons.howMuch')} currency={currency} /> : <span />}
          </div>
        </>
      )}
      <MoneyField form={form} name="minSubtotal" label={t('coupons.minimum')} currency={currency} optional />
      <div className="field-pair">
        <TextField form={form} name="startsAt" label={t('coupons.from')} type="date" optional />
        <TextField form={form} name="endsAt" label={t('products.saleUntil')} type="date" optional />
      </div>
      <div className="field-pair">
        <TextField form={form} name="limitTotal" label={t('coupons.limit')} decimal optional />
        <TextField form={form} name="limitPerCustomer" label={t('coupons.perCustomer')} decimal optional />
      </div>
      <CheckField form={form} name="stackable" label={t('coupons.withOthers')} />
    </FormDialog>
  )
}
