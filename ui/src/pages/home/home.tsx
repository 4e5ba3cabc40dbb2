/** What happened lately and what waits for somebody; every figure leads to the list behind it. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { Order, Overview } from '@/api/shapes'
import { areas, attentionWord } from '@/frame/areas'
import { overview, useAttention } from '@/frame/attention'
import { t, word } from '@/i18n'
import { money, moneyShort, number, percent } from '@/lib/money'
import { orderName } from '@/lib/text'
import { day } from '@/lib/time'
import { Paying } from '@/pages/orders/paying'
import { roleName } from '@/pages/people/roles'
import { filtered, paths, queryPath } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Chart } from '@/parts/chart'
import { PersonLink } from '@/parts/person-link'
import { Empty, Part } from '@/parts/states'
import { Money, State, When } from '@/parts/values'
import { Figure, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'
import { can, sees, useMe } from '@/session'

const DAYS = 30
const DAY = 86_400_000
/** Twice the span: its first half is the time before, for the thin line. */
const twice = read<Overview>('/stats/overview', { days: DAYS * 2 })
const newest = read<Order[]>('/orders', { sort: '-createdAt', limit: 8 })

export function Home() {
  const figures = can('read:stats')
  const stats = useQuery({ ...overview, enabled: figures })
  return (
    <div className="home">
      <header className="page-head">
        <h1 className="page-title">{t('home.title')}</h1>
        {figures && <span className="page-count">{t('home.days', { n: DAYS })}</span>}
      </header>
      <div className="home-body">
        {figures && (
          <Part query={stats} lines={10}>
            {(data) => (
              <>
                <Figures data={data} />
                <div className="home-cols">
                  <Section title={t('home.perDay')} actions={<ButtonLink small look="quiet" to={paths.report}>{t('report.byMonth')}</ButtonLink>}>
                    <Revenue data={data} />
                  </Section>
                  <div className="home-side">
                    <Section title={t('home.attention')}>
                      <Attention />
                    </Section>
                    <Section title={t('home.byState')}>
                      <ByState data={data} />
                    </Section>
                  </div>
                </div>
              </>
            )}
          </Part>
        )}
        {can('read:order') && <Newest />}
        {!figures && !can('read:order') && <Little />}
      </div>
    </div>
  )
}

/** For those who may see little: where they can go, and who can show them more. */
function Little() {
  const me = useMe()
  const open = areas.filter((area) => area.id !== 'home' && (!area.right || sees(area.right)))
  return (
    <div className="little">
      <p>{t('home.little', { role: roleName(me.role), tenant: me.tenant.name })}</p>
      <ul className="little-links">
        {open.map((area) => (
          <li key={area.id}>
            <ButtonLink to={area.to} icon={<area.icon size={14} />}>
              {t(area.title)}
            </ButtonLink>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The instant the engine counts from, so that the list behind a figure holds what the figure says. */
const since = (data: Overview) => ({ from: data.series[0]?.day ?? '' })

/** How it moved: the share it grew or fell by, and from what. */
function moved(current: number, previous: number, value: string) {
  if (previous === 0) return t('home.previous', { value })
  const by = percent(Math.round(((current - previous) * 10_000) / previous), 0)
  return t('home.moved', { by: current > previous ? `+${by}` : by, value })
}

function Figures({ data }: { data: Overview }) {
  const from = since(data)
  const amount = (pair: Overview['revenue']) => moved(pair.current.amount, pair.previous.amount, money(pair.previous))
  const count = (pair: { current: number; previous: number }) => moved(pair.current, pair.previous, number(pair.previous))
  return (
    <div className="figures">
      <Figure name={t('home.revenue')} to={filtered(paths.orders, { ...from, paymentState: 'partly_paid,paid,partially_refunded,refunded' })} note={amount(data.revenue)}>
        <Money value={data.revenue.current} />
      </Figure>
      <Figure name={t('home.orders')} to={filtered(paths.orders, { ...from, state: 'pending,paid,processing,shipped,delivered' })} note={count(data.orders)}>
        {number(data.orders.current)}
      </Figure>
      <Figure name={t('home.refunded')} to={filtered(paths.orders, { ...from, refunded: 'true' })} note={amount(data.refunded)}>
        <Money value={data.refunded.current} />
      </Figure>
      <Figure name={t('home.refundRate')} to={filtered(paths.orders, { ...from, refunded: 'true' })} note={t('home.previous', { value: percent(data.refundRateBp.previous) })}>
        {percent(data.refundRateBp.current)}
      </Figure>
      <Figure
        name={t('home.signIns')}
        to={filtered(paths.audit, { ...from, action: 'session.begin' })}
        note={
          <>
            <span>{count(data.signIns)}</span>
            {data.signIns.failed > 0 && <span className="figure-warn">{t('home.failedSignIns', { n: data.signIns.failed })}</span>}
          </>
        }
      >
        {number(data.signIns.current)}
      </Figure>
    </div>
  )
}

function Revenue({ data }: { data: Overview }) {
  const go = useNavigate()
  const { currency } = data
  const before = useQuery({ ...twice, enabled: can('read:stats') })
  const values = data.series.map((point) => point.revenue.amount)
  const earlier = before.data?.series.slice(0, values.length).map((point) => point.revenue.amount)
  const last = values.at(-1) ?? 0
  const say = (amount: number) => money({ amount, currency })
  // An axis of nothing but zeros says nothing.
  if ([...values, ...(earlier ?? [])].every((amount) => amount === 0)) return <p className="quiet section-empty">{t('home.nothingSold', { n: DAYS })}</p>
  return (
    <Chart
      days={data.series.map((point) => point.day)}
      lines={[{ label: t('home.today', { value: say(last) }), values }, ...(earlier?.length === values.length ? [{ label: t('home.before'), values: earlier, thin: true }] : [])]}
      summary={t('home.chartLabel', { n: DAYS, high: say(Math.max(0, ...values)), last: say(last) })}
      format={say}
      axis={(amount) => moneyShort({ amount, currency })}
      dayText={day}
      height={324}
      fill
      onPick={(picked) => void go({ href: filtered(paths.orders, { from: picked, to: new Date(Date.parse(picked) + DAY - 1).toISOString() }) })}
    />
  )
}

function Attention() {
  const open = useAttention().filter((one) => one.count > 0)
  if (open.length === 0) return <p className="quiet">{t('home.attentionNone')}</p>
  return (
    <ul className="lines">
      {open.map((one) => (
        <li key={one.kind}>
          <Link to={queryPath(one.query)} className="line">
            <span className="line-name">{attentionWord(one)}</span>
            <span className="line-count">{number(one.count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

function ByState({ data }: { data: Overview }) {
  const most = Math.max(1, ...data.ordersByState.map((one) => one.count))
  return (
    <ul className="bars">
      {data.ordersByState.map((one) => (
        <li key={one.state}>
          <Link to={filtered(paths.orders, { ...since(data), state: one.state })} className="bar">
            <span className="bar-name">{word('state', one.state)}</span>
            <span className="bar-room" aria-hidden>
              {one.count > 0 && <span className="bar-fill" style={{ width: `${(one.count / most) * 100}%` }} />}
            </span>
            <span className="bar-value num">{number(one.count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

const columns: Column<Order>[] = [
  { id: 'number', title: 'home.number', width: 92, cell: (order) => <Link to={paths.order(order.id)} className="link num">{orderName(order.number)}</Link> },
  { id: 'customer', title: 'home.customer', width: 200, grow: true, cell: (order) => <PersonLink id={order.customer.id}>{order.customer.name}</PersonLink> },
  { id: 'state', title: 'home.state', width: 140, cell: (order) => <State value={order.state} /> },
  { id: 'payment', title: 'home.payment', width: 160, cell: (order) => <Paying order={order} /> },
  { id: 'total', title: 'home.total', width: 120, end: true, cell: (order) => <Money value={order.total} /> },
  { id: 'when', title: 'home.when', width: 120, end: true, cell: (order) => <When at={order.createdAt} /> },
]

function Newest() {
  const orders = useQuery(newest)
  return (
    <Section title={t('home.newest')} actions={<ButtonLink small look="quiet" to={paths.orders}>{t('home.allOrders')}</ButtonLink>}>
      <Part query={orders} lines={8}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty action={<ButtonLink to={paths.imports}>{t('home.import')}</ButtonLink>}>{t('home.noOrders')}</Empty>
          ) : (
            <Rows label={t('home.newest')} columns={columns} rows={rows} id={(order) => order.id} empty="" />
          )
        }
      </Part>
    </Section>
  )
}
