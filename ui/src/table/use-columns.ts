/** Which columns, in what order, how wide, how tall: remembered on this device, per area. */
import { getCoreRowModel, useReactTable, type ColumnDef, type ColumnSizingState, type OnChangeFn, type VisibilityState } from '@tanstack/react-table'
import { useMemo } from 'react'
import { kept, useStore, type Store } from '@/lib/store'
import type { Column, ListSpec } from './spec'

export type Density = 'compact' | 'normal' | 'comfortable'
export const heights: Record<Density, number> = { compact: 30, normal: 36, comfortable: 44 }
export const density = kept<Density>('density', 'normal')

type Layout = { order: string[]; visible: VisibilityState; widths: ColumnSizingState }
const layouts = new Map<string, Store<Layout>>()
const none: Layout = { order: [], visible: {}, widths: {} }
function layoutOf(area: string) {
  let found = layouts.get(area)
  if (!found) layouts.set(area, (found = kept<Layout>(`columns.${area}`, none)))
  return found
}

/** The remembered order, without what is gone and with what is new in its own place. */
export function orderOf(remembered: string[], own: string[]): string[] {
  const order = remembered.filter((id) => own.includes(id))
  own.forEach((id, i) => {
    if (!order.includes(id)) order.splice(Math.min(i, order.length), 0, id)
  })
  return order
}

export function useColumns<R extends { id: string }>(spec: ListSpec<R>) {
  const layout = layoutOf(spec.area)
  const now = useStore(layout)
  const columns = useMemo(
    () => spec.columns.map((column): ColumnDef<R> => ({ id: column.id, size: column.width, minSize: 56, maxSize: 800, meta: column })),
    [spec.columns],
  )
  const order = orderOf(now.order, spec.columns.map((column) => column.id))
  const visible = Object.fromEntries(spec.columns.map((column) => [column.id, now.visible[column.id] ?? !column.hidden]))
  const change =
    <K extends keyof Layout>(part: K, current: Layout[K]): OnChangeFn<Layout[K]> =>
    (next) =>
      layout.set((old) => ({ ...old, [part]: typeof next === 'function' ? (next as (v: Layout[K]) => Layout[K])(current) : next }))

  const table = useReactTable({
    data: [] as R[],
    columns,
    state: { columnOrder: order, columnVisibility: visible, columnSizing: now.widths },
    onColumnOrderChange: change('order', order),
    onColumnVisibilityChange: change('visible', visible),
    onColumnSizingChange: (next) => layout.set((old) => ({ ...old, widths: typeof next === 'function' ? next(old.widths) : next })),
    columnResizeMode: 'onChange',
    getCoreRowModel: getCoreRowModel(),
  })
  const shown = order.flatMap((id) => spec.columns.filter((column) => column.id === id && visible[id]))
  const grows = (column: Column<R>) => column.grow === true && now.widths[column.id] === undefined
  const tracks = shown.map((column) => (grows(column) ? `minmax(${column.width}px, 1fr)` : `${now.widths[column.id] ?? column.width}px`))
  // Room that no column takes stays at the right end.
  const template = [...tracks, shown.some(grows) ? '0' : 'minmax(0, 1fr)'].join(' ')
  const move = (id: string, before: string) => {
    const rest = order.filter((one) => one !== id)
    rest.splice(rest.indexOf(before), 0, id)
    layout.set((old) => ({ ...old, order: rest }))
  }
  const step = (id: string, by: -1 | 1) => {
    const from = order.indexOf(id)
    const to = from + by
    const other = order[to]
    if (other === undefined) return
    const next = [...order]
    next[from] = other
    next[to] = id
    layout.set((old) => ({ ...old, order: next }))
  }
  const needed = shown.reduce((sum, column) => sum + (now.widths[column.id] ?? column.width), 0)
  return { table, shown, order, visible, template, needed, move, step, reset: () => layout.set(none), changed: now !== none }
}
export type Columns<R extends { id: string }> = ReturnType<typeof useColumns<R>>
