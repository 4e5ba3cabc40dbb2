/** A short table inside a record: the same columns as a list, without scrolling, sorting or choosing. */
import type { ReactNode } from 'react'
import { t } from '@/i18n'
import type { Column } from '@/table/spec'

type Props<R> = { label: string; columns: Column<R>[]; rows: R[]; id: (row: R) => string; empty: ReactNode; foot?: ReactNode }
export function Rows<R>({ label, columns, rows, id, empty, foot }: Props<R>) {
  if (rows.length === 0) return <p className="quiet section-empty">{empty}</p>
  return (
    <div className="rows-wrap">
      <table className="rows" aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={column.end ? 'cell-end' : undefined} style={column.grow ? undefined : { width: column.width }}>
                {t(column.title)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)}>
              {columns.map((column) => (
                <td key={column.id} className={column.end ? 'cell-end' : undefined}>
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
