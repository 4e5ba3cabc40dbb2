/** The figures of each month from the books: what was sold, given back, kept by others, and what is left; and who comes back. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Download, FileDown } from 'lucide-react'
import { useState } from 'react'
import { read } from '@/api/client'
import type { MonthFigures, MonthlyReport } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { money, moneyShort, percent } from '@/lib/money'
import { saveFile, savePaper } from '@/lib/papers'
import { filtered, paths } from '@/paths'
import { Button } from '@/parts/button'
import { Chart } from '@/parts/chart'
import { Empty, Part } from '@/parts/states'
import { Money } from '@/parts/values'
import { Figure, Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'
import { Cohorts } from './cohorts'
import { monthShort, monthYear } from './months'

const SHOWN = 12
/** Twice the span: its first half is the year before, for the thin line. */
const report = read<MonthlyReport>('/reports/monthly', { months: SHOWN * 2 })

export function Report() {
  const figures = useQuery({ ...report, retry: false })
  const [chosen, setChosen] = useState<string>()
  const currencies = [...new Set(figures.data?.months.map((one) => one.currency) ?? [])]
  const currency = chosen ?? figures.data?.currency ?? ''
  return (
    <div className="home">
      <header className="page-head">
        <h1 className="page-title">{t('report.title')}</h1>
        <span className="page-count">{t('report.months', { n: SHOWN })}</span>
        <span className="spring" />
        <Button icon={<Download size={14} />} onClick={() => void saveFile('/reports/monthly.csv', 'months.csv', { months: SHOWN })}>
          {t('table.export')}
        </Button>
        <Button icon={<FileDown size={14} />} onClick={() => void savePaper('/reports/monthly.pdf', 'months.pdf', { months: SHOWN })}>
          {t('books.pdf')}
        </Button>
        {currencies.length > 1 && (
          <select className="input input-small select" aria-label={t('report.currency')} value={currency} onChange={(event) => setChosen(event.target.value)}>
            {currencies.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </header>
      <Tabs area="ledger" />
      <div className="home-body">
        <Part query={figures} lines={12}>
          {(data) => <Months data={data} months={data.months.filter((one) => one.currency === currency).toSorted((a, b) => a.month.localeCompare(b.month))} />}
        </Part>
      </div>
    </div>
  )
}

function Months({ data, months }: { data: MonthlyReport; months: MonthFigures[] }) {
  const shown = months.slice(-SHOWN)
  const last = shown.at(-1)
  if (!last || shown.every(still)) return <Empty>{t('report.empty')}</Empty>
  return (
    <>
      <Head month={last} before={shown.at(-2)} />
      <div className="home-cols">
        <Section title={t('report.netByMonth')}>
          <Net shown={shown} earlier={months.slice(-SHOWN * 2, -SHOWN)} />
        </Section>
        <div className="home-side">
          <Section title={t('report.refundShare')}>
            <Shares shown={shown} />
          </Section>
        </div>
      </div>
      <Section title={t('report.table')}>
        <Table rows={shown.toReversed()} />
      </Section>
      {data.cohorts.length > 0 && (
        <Section title={t('report.cohorts')}>
          <p className="section-lead">{t('report.cohortsLead')}</p>
          <Cohorts rows={data.cohorts} />
        </Section>
      )}
    </>
  )
}

const parts = ['revenue', 'discounts', 'refunds', 'tax', 'shipping', 'fees', 'disputes', 'givenUp'] as const
const still = (month: MonthFigures) => parts.every((part) => month[part].amount === 0)
/** The share of the goods sold that was given back, in basis points. */
const share = (month: MonthFigures) => (month.revenue.amount > 0 ? Math.round((month.refunds.amount * 10_000) / month.revenue.amount) : 0)

function Head({ month, before }: { month: MonthFigures; before: MonthFigures | undefined }) {
  const note = (part: 'net' | (typeof parts)[number]) => before && t('home.previous', { value: money(before[part]) })
  return (
    <div className="figures">
      <Figure name={t('report.netOf', { month: monthYear(month.month) })} note={note('net')}>
        <Money value={month.net} />
      </Figure>
      <Figure name={t('report.revenue')} note={note('revenue')}>
        <Money value={month.revenue} />
      </Figure>
      <Figure name={t('report.refunds')} note={note('refunds')}>
        <Money value={month.refunds} />
      </Figure>
      <Figure name={t('report.fees')} note={note('fees')}>
        <Money value={month.fees} />
      </Figure>
      <Figure name={t('report.tax')} note={note('tax')}>
        <Money value={month.tax} />
      </Figure>
    </div>
  )
}

/** A month as the entries behind it: from its first day to before the next one's. */
const entriesOf = (month: string) => {
  const from = new Date(`${month.slice(0, 7)}-01T00:00:00Z`)
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1) - 1)
  return filtered(paths.ledgerEntries, { from: from.toISOString(), to: to.toISOString() })
}

function Net({ shown, earlier }: { shown: MonthFigures[]; earlier: MonthFigures[] }) {
  const go = useNavigate()
  const currency = shown[0]?.currency ?? 'EUR'
  const values = shown.map((month) => month.net.amount)
  const say = (amount: number) => money({ amount, currency })
  const year = earlier.length === shown.length && !earlier.every(still)
  return (
    <Chart
      days={shown.map((month) => month.month)}
      lines={[{ label: say(values.at(-1) ?? 0), values }, ...(year ? [{ label: t('report.yearBefore'), values: earlier.map((month) => month.net.amount), thin: true }] : [])]}
      summary={t('report.netSummary', { n: shown.length, high: say(Math.max(...values)), last: say(values.at(-1) ?? 0) })}
      format={say}
      axis={(amount) => moneyShort({ amount, currency })}
      dayText={monthShort}
      height={324}
      onPick={(month) => void go({ href: entriesOf(month) })}
    />
  )
}

function Shares({ shown }: { shown: MonthFigures[] }) {
  const most = Math.max(1, ...shown.map(share))
  return (
    <ul className="bars">
      {shown.map((month) => (
        <li key={month.month} className="bar">
          <span className="bar-name">{monthShort(month.month)}</span>
          <span className="bar-room" aria-hidden>
            {share(month) > 0 && <span className="bar-fill" style={{ width: `${(share(month) / most) * 100}%` }} />}
          </span>
          <span className="bar-value num">{percent(share(month), 1, true)}</span>
        </li>
      ))}
    </ul>
  )
}

const columns: Column<MonthFigures>[] = [
  { id: 'month', title: 'report.month', width: 110, grow: true, cell: (month) => monthYear(month.month) },
  { id: 'revenue', title: 'report.revenue', width: 110, end: true, cell: (month) => <Money value={month.revenue} dash /> },
  { id: 'discounts', title: 'report.discounts', width: 100, end: true, cell: (month) => <Money value={month.discounts} dash /> },
  { id: 'refunds', title: 'report.refunds', width: 110, end: true, cell: (month) => <Money value={month.refunds} dash /> },
  { id: 'shipping', title: 'report.shipping', width: 100, end: true, cell: (month) => <Money value={month.shipping} dash /> },
  { id: 'fees', title: 'report.fees', width: 100, end: true, cell: (month) => <Money value={month.fees} dash /> },
  { id: 'disputes', title: 'report.disputes', width: 100, end: true, cell: (month) => <Money value={month.disputes} dash /> },
  { id: 'givenUp', title: 'report.givenUp', width: 100, drop: 1, end: true, cell: (month) => <Money value={month.givenUp} dash /> },
  { id: 'tax', title: 'report.tax', width: 110, end: true, cell: (month) => <Money value={month.tax} dash /> },
  { id: 'net', title: 'report.net', width: 120, end: true, cell: (month) => <Money value={month.net} strong /> },
]
const Table = ({ rows }: { rows: MonthFigures[] }) => <Rows label={t('report.table')} columns={columns} rows={rows} id={(month) => month.month} empty="" />
