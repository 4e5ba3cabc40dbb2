/** What happened lately and what waits for somebody; every figure leads to the list behind it. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { Order, Overview } from '@/api/shapes'
import { attentionWord } from '@/frame/areas'
import { overview } from '@/frame/frame'
import { t, word } from '@/i18n'
import { money, moneyShort, number, percent } from '@/lib/money'
import { orderName } from '@/lib/text'
import { day, daysBack } from '@/lib/time'
import { filtered, paths, queryPath } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Chart } from '@/parts/chart'
import { Empty, Part } from '@/parts/states'
import { Money, State, When } from '@/parts/values'
import { Figure, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'
import { can } from '@/session'

const DAYS = 30
const newest = read<Order[]>('/orders', { sort: '-createdAt', limit: 8 })

export function Home() {
  const figures = can('read:stats')
  const stats = useQuery({ ...overview, enabled: figures })
  return (
    <div className="home">
      <header className="page-head">
        <h1 className="page-title">{t('home.title')}</h1>
        <span className="page-count">{t('home.days', { n: DAYS })}</span>
      </header>
      <div className="home-body">
        {figures && (
          <Part query={stats} lines={10}>
            {(data) => (
              <>
                <Figures data={data} />
                <div className="home-cols">
                  <Section title={t('home.perDay')}>
                    <Revenue data={data} />
                  </Section>
                  <div className="home-side">
                    <Section title={t('home.attention')}>
                      <Attention data={data} />
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
      </div>
    </div>
  )
}

function Figures({ data }: { data: Overview }) {
  const since = { from: daysBack(DAYS - 1) }
  const before = (value: string) => t('home.previous', { value })
  return (
    <div className="figures">
      <Figure name={t('home.revenue')} to={filtered(paths.orders, { ...since, paymentState: 'paid,partially_refunded,refunded' })} note={before(money(data.revenue.previous))}>
        <Money value={data.revenue.current} />
      </Figure>
      <Figure name={t('home.orders')} to={filtered(paths.orders, since)} note={before(number(data.orders.previous))}>
        {number(data.orders.current)}
      </Figure>
      <Figure name={t('home.refunded')} to={filtered(paths.refunds, since)} note={before(money(data.refunded.previous))}>
        <Money value={data.refunded.current} />
      </Figure>
      <Figure name={t('home.refundRate')} to={filtered(paths.orders, { ...since, refunded: 'true' })} note={before(percent(data.refundRateBp.previous))}>
        {percent(data.refundRateBp.current)}
      </Figure>
      <Figure
        name={t('home.signIns')}
        to={filtered(paths.audit, { ...since, action: 'session.begin' })}
        note={
          <>
            {before(number(data.signIns.previous))}
            {data.signIns.failed > 0 && <span className="figure-warn"> · {t('home.failedSignIns', { n: data.signIns.failed })}</span>}
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
  const values = data.series.map((point) => point.revenue.amount)
  const last = values.at(-1) ?? 0
  const say = (amount: number) => money({ amount, currency })
  return (
    <Chart
      days={data.series.map((point) => point.day)}
      lines={[{ label: say(last), values }]}
      summary={t('home.chartLabel', { n: DAYS, high: say(Math.max(0, ...values)), last: say(last) })}
      format={say}
      axis={(amount) => moneyShort({ amount, currency })}
      dayText={day}
      height={312}
      onPick={(picked) => void go({ href: filtered(paths.orders, { from: picked.slice(0, 10), to: picked.slice(0, 10) }) })}
    />
  )
}

function Attention({ data }: { data: Overview }) {
  const open = data.attention.filter((one) => one.count > 0)
  if (open.length === 0) return <p className="quiet">{t('home.attentionNone')}</p>
  return (
    <ul className="lines">
      {open.map((one) => (
        <li key={one.kind}>
          <Link to={queryPath(one.query)} className="line">
            <span className="line-count">{number(one.count)}</span>
            {attentionWord(one)}
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
          <Link to={filtered(paths.orders, { state: one.state })} className="bar">
            <span className="bar-name">{word('state', one.state)}</span>
            <span className="bar-room" aria-hidden>
              <span className="bar-fill" style={{ width: `${(one.count / most) * 100}%` }} />
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
  { id: 'customer', title: 'home.customer', width: 200, grow: true, cell: (order) => <Link to={paths.person(order.customer.id)} className="quiet-link">{order.customer.name}</Link> },
  { id: 'state', title: 'home.state', width: 140, cell: (order) => <State value={order.state} /> },
  { id: 'payment', title: 'home.payment', width: 160, cell: (order) => <State value={order.paymentState} /> },
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
