/** Who came back: customers by the month of their first order, and how many of them bought again in the months after. */
import type { Cohort } from '@/api/shapes'
import { t } from '@/i18n'
import { number, percent } from '@/lib/money'
import { apart, monthShort, monthName } from './months'

const MOST = 12
export type CohortLine = { first: string; size: number; after: (number | undefined)[] }

/** A line for each first month, newest last: how many bought in it, and in each month after. */
export function lines(rows: Cohort[]): CohortLine[] {
  const firsts = [...new Set(rows.map((row) => row.first))].toSorted().slice(-MOST)
  const last = rows.reduce((all, row) => (row.month > all ? row.month : all), '')
  return firsts.map((first) => {
    const mine = rows.filter((row) => row.first === first)
    const of = (n: number) => mine.find((row) => apart(first, row.month) === n)?.customers
    const span = Math.min(MOST, apart(first, last))
    return { first, size: of(0) ?? 0, after: Array.from({ length: span }, (_, n) => of(n + 1) ?? 0) }
  })
}

export function Cohorts({ rows }: { rows: Cohort[] }) {
  const found = lines(rows)
  const widest = Math.max(0, ...found.map((line) => line.after.length))
  return (
    // A wide table scrolls in its own room, which has to be reached by keys.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="rows-wrap" tabIndex={0}>
      <table className="rows cohorts" aria-label={t('report.cohorts')}>
        <thead>
          <tr>
            <th scope="col">{t('report.first')}</th>
            <th scope="col" className="cell-end">
              {t('report.customers')}
            </th>
            {Array.from({ length: widest }, (_, n) => (
              <th key={n} scope="col" className="cell-end">
                +{n + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.map((line) => (
            <tr key={line.first}>
              <th scope="row" title={monthName(line.first)}>
                {monthShort(line.first)}
              </th>
              <td className="cell-end num">{number(line.size)}</td>
              {Array.from({ length: widest }, (_, n) => {
                const n2 = line.after[n]
                const bp = n2 === undefined || line.size === 0 ? undefined : Math.round((n2 * 10_000) / line.size)
                return (
                  <td key={n} className="cell-end num cohort" style={bp ? ({ '--share': `${Math.min(36, 4 + bp / 200)}%` } as React.CSSProperties) : undefined} title={n2 === undefined ? undefined : t('report.cameBack', { n: n2, of: line.size })}>
                    {bp === undefined ? '' : bp === 0 ? <span className="quiet">–</span> : percent(bp, 0)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
