/** A short table inside a record: the same columns as a list, without scrolling, sorting or choosing. */
import type { ReactNode } from 'react'
import { t } from '@/i18n'
import type { Column } from '@/table/spec'

const className = (column: { end?: boolean; grow?: boolean | number }) => [column.end && 'cell-end', column.grow && 'cell-grow'].filter(Boolean).join(' ') || undefined

type Props<R> = { label: string; columns: Column<R>[]; rows: R[]; id: (row: R) => string; empty: ReactNode; foot?: ReactNode }
export function Rows<R>({ label, columns, rows, id, empty, foot }: Props<R>) {
  if (rows.length === 0) return <p className="quiet section-empty">{empty}</p>
  return (
    <div className="rows-wrap">
      <table className="rows" aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={className(column)} style={column.grow ? undefined : ({ '--wide': `${column.width}px` } as React.CSSProperties)}>
                {column.deeds ? <span className="unseen">{t(column.title)}</span> : t(column.title)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)}>
              {columns.map((column) => (
                <td key={column.id} className={className(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot && <tfoot>{foot}</tfoot>}
      </table>
    </div>
  )
}
