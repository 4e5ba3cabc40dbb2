/** One order: what was sold, what was paid and given back, what the books say of it, and everything that happened. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { CircleHelp, Copy, FileDown, History, Route } from 'lucide-react'
import type { OrderDetail } from '@/api/shapes'
import { t, word } from '@/i18n'
import { savePaper } from '@/lib/papers'
import { country, orderName } from '@/lib/text'
import { filtered, paths } from '@/paths'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Unreadable } from '@/parts/unreadable'
import { Files } from '@/record/files'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { can, sees } from '@/session'
import { onAccount, OwedNotices } from '../receivables/notice'
import { Customer } from './customer'
import { leftOf, useDeedParts, useOrderDeeds } from './deeds'
import { HandlingSections } from './handling/section'
import { Paying, payingState } from './paying'
import { Books, Lines, Payments, Refunds } from './sections'
import { orderQuery } from './peek'
import { toldOf } from './told'
import { Versions } from './versions'
import { customerLink, isMineToProve, ProofNotice, WaitsNotice } from './waits'

export function OrderPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const order = useQuery(orderQuery(id))
  return (
    <Part query={order} lines={10} whole>
      {(data) => (
        <RecordPage header={<Header order={data} />} side={sees('read:order') && <Timeline path={`/orders/${id}/timeline`} self={id} label={orderName(data.number)} told={toldOf(data.payments)} />}>
          {data.payUntil && <Lapses at={data.payUntil} />}
          {(data.payments ?? []).filter(customerLink).map((payment) => <WaitsNotice key={payment.id} payment={payment} />)}
          {(data.payments ?? []).filter(isMineToProve).map((payment) => <ProofNotice key={payment.id} payment={payment} />)}
          {onAccount(data.payments) && <OwedNotices orderId={id} />}
          <MoneyLine order={data} />
          <Lines order={data} />
          {data.state !== 'pending' && <HandlingSections order={data} />}
          {(data.payments ?? []).length > 0 && <Payments order={data} />}
          {(data.refunds ?? []).length > 0 && <Refunds order={data} />}
          {can('read:ledger') && data.paid.amount > 0 && <Books order={data} />}
          {can('read:file') && <Files type="order" id={id} />}
          <About order={data} />
        </RecordPage>
      )}
    </Part>
  )
}

function Header({ order }: { order: OrderDetail }) {
  const { buttons, more } = useDeedParts(useOrderDeeds(order))
  const go = useNavigate()
  const receipt = () => void savePaper(`/orders/${order.id}/receipt.pdf`, `receipt-${order.number}.pdf`)
  const [versions, setVersions] = useState(false)
  const copy = () => void navigator.clipboard.writeText(order.id)
  return (
    <>
    <RecordHeader
      up={{ to: paths.orders, label: t('orders.title') }}
      title={orderName(order.number)}
      marks={
        <>
          <State value={order.state} />
          {payingState(order) !== order.state && <Paying order={order} />}
          <Customer of={order.customer} />
          <Id id={order.id} kind="order" />
        </>
      }
      actions={buttons}
      more={[...more, ...(more.length > 0 ? (['line'] as const) : []), { label: t('books.receipt'), icon: <FileDown size={14} />, refuse: order.paid.amount > 0 ? undefined : t('books.notPaid'), run: receipt }, ...(can('read:order') ? [{ label: t('histories.asItWas'), icon: <History size={14} />, run: () => setVersions(true) }] : []), ...(can('read:job') ? [{ label: t('runs.ofOrder'), icon: <Route size={14} />, run: () => void go({ href: filtered(paths.runs, { subjectId: order.id }) }) }] : []), { label: t('orders.copyId'), icon: <Copy size={14} />, run: copy }, { label: t('why.missing'), icon: <CircleHelp size={14} />, run: () => void go({ href: filtered(paths.explain, { subjectType: 'order', subjectId: order.id }) }) }]}
    />
    {versions && <Versions order={order} onClose={() => setVersions(false)} />}
    </>
  )
}

/** Until when its goods are set aside. */
const Lapses = ({ at }: { at: string }) => (
  <p className="notice" role="status">
    <strong>
      {t('checkout.payUntil')} <When at={at} />
    </strong>
    {t('checkout.payUntilLead')}
  </p>
)

/** The figures one asks for first. */
const MoneyLine = ({ order }: { order: OrderDetail }) => {
  const figures = [
    ['orders.total', order.total],
    ['orders.paid', order.paid],
    ['orders.refunded', order.refunded],
    ['orders.left', { amount: leftOf(order), currency: order.currency }],
    ...(order.due.amount > 0 && (order.state !== 'pending' || order.paid.amount > 0) ? ([['orderEdit.due', order.due]] as const) : []),
    ...(order.waived.amount > 0 ? ([['partly.waived', order.waived]] as const) : []),
  ] as const
  return (
    <dl className="money-line">
      {figures.map(([title, value]) => (
        <div key={title}>
          <dt>{t(title)}</dt>
          <dd>
            <Money value={value} dash={title === 'orders.refunded'} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function About({ order }: { order: OrderDetail }) {
  const to = order.shippingAddress
  const lines = [to.name, to.street, [to.zipCode, to.city].filter(Boolean).join(' '), to.state, country(to.country), to.phone].filter(Boolean)
  return (
    <Section title={t('orders.facts')}>
      <Facts
        rows={[
          [t('orders.customer'), <Customer key="c" of={order.customer} />],
          [t('orders.email'), order.customer.email],
          [t('orders.when'), <When key="w" at={order.createdAt} />],
          [t('orders.source'), word('source', order.source)],
          [t('orders.shipTo'), order.unreadable?.includes('shippingAddress') ? <Unreadable key="a" /> : lines.length > 0 && <address className="address">{lines.map((line, i) => <span key={i}>{line}</span>)}</address>],
          [t('orders.notes'), order.unreadable?.includes('notes') ? <Unreadable key="u" /> : order.notes],
        ]}
      />
    </Section>
  )
}
