/** One payment: where it stands with its provider, what was taken and given back, and the deeds it allows. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { BadgeCheck, Ban, Gavel, RefreshCw, ShieldCheck, ShieldX, Undo2 } from 'lucide-react'
import { read } from '@/api/client'
import type { Payment, Refund } from '@/api/shapes'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { OrderLink } from '@/parts/order-link'
import { PersonLink } from '@/parts/person-link'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { Timeline } from '@/record/timeline'
import { can } from '@/session'
import { useDeedParts, type Deed } from '../orders/deeds'
import { isOurs } from '../orders/methods'
import { askCapture } from '../orders/pay-host'
import { canLook, look } from '../orders/look'
import { askRefund } from '../orders/refund/host'
import { refundColumns } from '../orders/sections'
import { toldOf } from '../orders/told'
import { WaitsNotice, customerLink } from '../orders/waits'
import { onAccount, OwedNotices } from '../receivables/notice'
import { methodOf } from './method'
import { askConfirm, askDispute, askVoid } from './deeds'

const paymentQuery = (id: string) => read<Payment>(`/payments/${id}`)

/** What can be done to a payment where it stands. */
function deedsOf(payment: Payment): Deed[] {
  const deeds: Deed[] = []
  if (payment.state === 'requires_action') {
    if (canLook(payment)) deeds.push({ id: 'look', label: t('payments.look', { provider: word('provider', payment.provider) }), icon: RefreshCw, right: 'capture:payment', key: 'p', main: true, run: () => void look(payment) })
    else {
      deeds.push({ id: 'confirm', label: t('payments.confirm'), icon: ShieldCheck, right: 'capture:payment', key: 'p', main: true, run: () => askConfirm(payment) })
      deeds.push({ id: 'deny', label: t('payments.confirmFail'), icon: ShieldX, right: 'capture:payment', danger: true, run: () => askConfirm(payment, 'fail') })
    }
  }
  if (payment.state === 'authorised') deeds.push({ id: 'capture', label: t('payments.capture', { amount: money(payment.amount) }), icon: BadgeCheck, right: 'capture:payment', key: 'p', main: true, run: () => askCapture(payment) })
  if (payment.state === 'authorised' || payment.state === 'requires_action') deeds.push({ id: 'void', label: t('payments.void'), icon: Ban, right: 'capture:payment', danger: true, run: () => askVoid(payment) })
  if (payment.captured.amount > 0)
    deeds.push({ id: 'refund', label: t('refund.deedPlain'), icon: Undo2, right: 'grant:refund', key: 'r', refuse: payment.refundable.amount <= 0 ? t('refund.nothingLeft') : undefined, run: () => askRefund(payment.orderId, payment.id) })
  if (payment.provider === 'sandbox' && payment.captured.amount > 0 && payment.state !== 'disputed') deeds.push({ id: 'dispute', label: t('disputes.open'), icon: Gavel, right: 'answer:dispute', danger: true, run: () => askDispute(payment) })
  return deeds.filter((deed) => can(deed.right))
}

export function PaymentPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const payment = useQuery(paymentQuery(id))
  return (
    <Part query={payment} lines={10} whole>
      {(data) => (
        <RecordPage header={<Header payment={data} />} side={<Timeline path={`/orders/${data.orderId}/timeline`} self={id} label={orderName(data.orderNumber)} told={toldOf([data])} />}>
          <Notice payment={data} />
          {onAccount([data]) && <OwedNotices orderId={data.orderId} paymentId={id} />}
          <dl className="money-line">
            {(['amount', 'captured', 'refunded', 'refundable'] as const).map((name) => (
              <div key={name}>
                <dt>{t(name === 'refundable' ? 'payments.left' : `payments.${name}`)}</dt>
                <dd>
                  <Money value={data[name]} dash={name !== 'amount'} />
                </dd>
              </div>
            ))}
          </dl>
          <Section title={t('payments.facts')}>
            <Facts rows={facts(data)} />
          </Section>
          {data.captured.amount > 0 && <RefundsOf payment={data} />}
        </RecordPage>
      )}
    </Part>
  )
}

function Header({ payment }: { payment: Payment }) {
  const { buttons, more } = useDeedParts(deedsOf(payment))
  return (
    <RecordHeader
      up={{ to: paths.payments, label: t('payments.title') }}
      title={t('payments.one', { order: orderName(payment.orderNumber) })}
      marks={
        <>
          <State value={payment.state} />
          <Id id={payment.id} kind="payment" />
        </>
      }
      actions={buttons}
      more={more}
    />
  )
}

const facts = (payment: Payment): [string, React.ReactNode][] => [
  [t('payments.order'), <OrderLink key="o" id={payment.orderId} look="link">{orderName(payment.orderNumber)}</OrderLink>],
  [t('payments.customer'), <PersonLink key="c" id={payment.customer.id} look="link">{payment.customer.name}</PersonLink>],
  [t('payments.method'), methodOf(payment)],
  [t('payments.provider'), !isOurs(payment.provider) && word('provider', payment.provider)],
  [t('payments.begun'), <When key="b" at={payment.createdAt} />],
  [t('payments.taken'), payment.capturedAt && <When key="t" at={payment.capturedAt} />],
]

/** What its state means for whoever looks at it, where that is not plain. */
function Notice({ payment }: { payment: Payment }) {
  const known = ['unknown', 'processing', 'created', 'requires_action', 'authorised', 'disputed'] as const
  const state = known.find((one) => one === payment.state)
  if (payment.state === 'failed') return <p className="notice notice-bad">{payment.failureMessage ?? t('payments.noticeFailed')}</p>
  if (customerLink(payment)) return <WaitsNotice payment={payment} />
  return state ? <p className="notice">{t(`payments.notice_${state}`)}</p> : null
}

function RefundsOf({ payment }: { payment: Payment }) {
  const refunds = useQuery(read<Refund[]>('/refunds', { paymentId: payment.id, limit: 50 }))
  return (
    <Section title={t('refunds.title')} actions={<ButtonLink small look="quiet" to={filtered(paths.refunds, { paymentId: payment.id })}>{t('refunds.all')}</ButtonLink>}>
      <Part query={refunds} lines={2}>
        {(rows) => <Rows label={t('refunds.title')} columns={refundColumns} rows={rows} id={(refund) => refund.id} empty={t('refunds.none')} />}
      </Part>
    </Section>
  )
}

export function PaymentPeek({ id }: { id: string }) {
  const payment = useQuery(paymentQuery(id))
  return (
    <div className="peek">
      <Part query={payment}>
        {(data) => (
          <>
            <header className="peek-head">
              <h2 className="peek-title">{t('payments.one', { order: orderName(data.orderNumber) })}</h2>
              <span className="spring" />
              <span className="peek-figure">
                <Money value={data.amount} />
              </span>
            </header>
            <div className="peek-marks">
              <State value={data.state} />
              <Id id={data.id} kind="payment" />
            </div>
            <Notice payment={data} />
            <Facts rows={[...facts(data), [t('payments.refunded'), <Money key="r" value={data.refunded} dash />], [t('payments.left'), <Money key="l" value={data.refundable} dash />]]} />
            <Timeline path={`/orders/${data.orderId}/timeline`} self={id} label={orderName(data.orderNumber)} told={toldOf([data])} />
          </>
        )}
      </Part>
    </div>
  )
}
