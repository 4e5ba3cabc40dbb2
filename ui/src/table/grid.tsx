/** The rows themselves: a sticky header and only as many rows in the document as fit the window. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react'
import { t } from '@/i18n'
import { useStore } from '@/lib/store'
import { Bone } from '@/parts/states'
import type { Column, ListSpec } from './spec'
import { nextSort, parseSort } from './url'
import { density, heights, type Columns } from './use-columns'

export type GridProps<R extends { id: string }> = {
  spec: ListSpec<R>
  /** Whether rows can be chosen for a deed on many. */
  selectable: boolean
  columns: Columns<R>
  /** Changes with the filters: other rows begin at the top. */
  filters: string
  rows: R[]
  total: number | undefined
  sort: string
  onSort: (sort: string | undefined) => void
  /** The row under the cursor, and the one shown beside the list. */
  at: number
  onAt: (index: number) => void
  peek: string | undefined
  onOpen: (row: R) => void
  selected: ReadonlySet<string>
  onSelect: (index: number, range: boolean) => void
  onSelectAll: () => void
  more: boolean
  loading: boolean
  onEnd: () => void
  onRange: (from: number, to: number) => void
  children?: ReactNode
}

/** Also what a cell opened: its events rise here, though it stands elsewhere. */
const interactive = ({ target, currentTarget }: MouseEvent) => target instanceof Element && (!currentTarget.contains(target) || target.closest('a, button, input, label, [role=button]') !== null)

export function Grid<R extends { id: string }>(props: GridProps<R>) {
  const { spec, columns, rows, selectable, at, selected, more, loading, onEnd, onRange, onAt } = props
  const pane = useRef<HTMLDivElement>(null)
  const height = heights[useStore(density)]
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => pane.current,
    estimateSize: () => height,
    overscan: 14,
    scrollPaddingStart: 36,
    getItemKey: (index) => rows[index]?.id ?? index,
  })
  useEffect(() => virtual.measure(), [virtual, height])
  const shownFor = useRef(props.filters)
  useEffect(() => {
    if (shownFor.current !== props.filters) pane.current?.scrollTo({ top: 0 })
    shownFor.current = props.filters
  }, [props.filters])
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' })
  }, [virtual, at])

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (more && !loading && last >= rows.length - 40) onEnd()
  }, [more, loading, last, rows.length, onEnd])

  const range = virtual.range
  const from = range?.startIndex ?? 0
  const to = Math.min(range?.endIndex ?? 0, rows.length - 1)
  useEffect(() => onRange(from, to), [from, to, onRange])

  const style = { '--cols': `${selectable ? '44px ' : ''}${columns.template}`, '--row': `${height}px`, '--least': `${columns.needed + (selectable ? 44 : 0)}px` }
  const onKeyDown = (event: KeyboardEvent) => {
    const jump: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + 20, PageUp: at - 20 }
    const to = jump[event.key]
    if (to === undefined || event.target !== event.currentTarget) return
    event.preventDefault()
    onAt(Math.max(0, Math.min(rows.length - 1, to)))
  }
  return (
    <div
      ref={pane}
      className="grid-pane"
      data-scroll-restoration-id={`list-${spec.area}`}
      role="grid"
      aria-label={t(spec.title)}
      aria-rowcount={(props.total ?? rows.length) + 1}
      aria-multiselectable={selectable || undefined}
      aria-activedescendant={at >= 0 && rows[at] ? `row-${rows[at].id}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      style={style as React.CSSProperties}
    >
      <Head {...props} />
      <div className="grid-body" role="rowgroup" style={{ height: virtual.getTotalSize() + (more ? height * 3 : 0) }}>
        {items.map((item) => {
          const row = rows[item.index]
          if (!row) return null
          return (
            <Row
              key={row.id}
              row={row}
              index={item.index}
              top={item.start}
              spec={spec}
              shown={columns.shown}
              current={item.index === at}
              open={row.id === props.peek}
              selected={selected.has(row.id)}
              selectable={selectable}
              onSelect={props.onSelect}
              onClick={(event) => {
                if (interactive(event) || window.getSelection()?.toString()) return
                onAt(item.index)
                props.onOpen(row)
              }}
            />
          )
        })}
        {more && rows.length > 0 && <Waiting top={virtual.getTotalSize()} count={columns.shown.length} selectable={selectable} />}
      </div>
      {props.children}
    </div>
  )
}

function Head<R extends { id: string }>({ spec, columns, sort, onSort, rows, selected, onSelectAll, selectable }: GridProps<R>) {
  const order = parseSort(sort)
  const dragged = useRef<string | undefined>(undefined)
  const headers = new Map(columns.table.getFlatHeaders().map((header) => [header.id, header]))
  const all = rows.length > 0 && rows.every((row) => selected.has(row.id))
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" className="grid-row" aria-rowindex={1}>
        {selectable && (
          <div role="columnheader" className="cell cell-check">
            <input type="checkbox" aria-label={t('table.selectAll')} checked={all} ref={(box) => void (box && (box.indeterminate = !all && selected.size > 0))} onChange={onSelectAll} />
          </div>
        )}
        {columns.shown.map((column) => {
          const sorted = column.sort !== undefined && order.field === column.sort
          const header = headers.get(column.id)
          return (
            // Dragging is the pointer's way; the columns menu moves them by keyboard.
            // eslint-disable-next-line jsx-a11y/interactive-supports-focus
            <div
              key={column.id}
              role="columnheader"
              className={`cell${column.end ? ' cell-end' : ''}`}
              aria-sort={sorted ? (order.down ? 'descending' : 'ascending') : column.sort ? 'none' : undefined}
              draggable
              onDragStart={() => void (dragged.current = column.id)}
              onDragOver={(event) => event.preventDefault()}
              onDrop={() => dragged.current && dragged.current !== column.id && columns.move(dragged.current, column.id)}
            >
              {column.sort ? (
                <button type="button" className="cell-sort" onClick={() => onSort(nextSort(sort, column.sort ?? '', spec.sort))} title={t('table.sortBy', { name: t(column.title) })}>
                  {t(column.title)}
                  {sorted && (order.down ? <ArrowDown size={12} /> : <ArrowUp size={12} />)}
                </button>
              ) : (
                <span className={column.deeds ? 'unseen' : 'cell-name'}>{t(column.title)}</span>
              )}
              {header && (
                <span
                  className={`cell-grip${header.column.getIsResizing() ? ' cell-gripped' : ''}`}
                  aria-hidden
                  draggable
                  onDragStart={(event) => (event.preventDefault(), event.stopPropagation())}
                  onMouseDown={header.getResizeHandler()}
                  onTouchStart={header.getResizeHandler()}
                  onDoubleClick={() => header.column.resetSize()}
                />
              )}
            </div>
          )
        })}
        <div role="presentation" />
      </div>
    </div>
  )
}

type RowProps<R extends { id: string }> = {
  row: R
  index: number
  top: number
  spec: ListSpec<R>
  shown: Column<R>[]
  current: boolean
  open: boolean
  selected: boolean
  selectable: boolean
  onSelect: (index: number, range: boolean) => void
  onClick: (event: MouseEvent) => void
}
function Row<R extends { id: string }>({ row, index, top, spec, shown, current, open, selected, selectable, onSelect, onClick }: RowProps<R>) {
  return (
    // The grid itself takes the keys (J, K, X, Enter); a click is the mouse's way to the same.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={`row-${row.id}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selectable ? selected : undefined}
      className={`grid-row${current ? ' row-current' : ''}${open ? ' row-open' : ''}${selected ? ' row-selected' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onClick}
    >
      {selectable && (
        <div role="gridcell" className="cell cell-check">
          <input type="checkbox" tabIndex={-1} aria-label={t('table.select', { name: spec.name(row) })} checked={selected} onClick={(event) => onSelect(index, event.shiftKey)} onChange={() => undefined} />
        </div>
      )}
      {shown.map((column) => (
        <div key={column.id} role="gridcell" className={`cell${column.end ? ' cell-end' : ''}`}>
          {column.cell(row)}
        </div>
      ))}
      <div role="presentation" />
    </div>
  )
}

const Waiting = ({ top, count, selectable }: { top: number; count: number; selectable: boolean }) => (
  <>
    {[0, 1, 2].map((i) => (
      <div key={i} className="grid-row grid-waiting" role="presentation" style={{ transform: `translateY(calc(${top}px + ${i} * var(--row)))` }}>
        {selectable && <div className="cell" />}
        {Array.from({ length: count }, (_, c) => (
          <div key={c} className="cell">
            <Bone width={`${[62, 80, 48, 70][(c + i) % 4] ?? 60}%`} />
          </div>
        ))}
      </div>
    ))}
  </>
)
