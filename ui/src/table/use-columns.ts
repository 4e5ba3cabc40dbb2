/** Which columns, in what order, how wide, how tall: remembered on this device, per area. */
import { getCoreRowModel, useReactTable, type ColumnDef, type ColumnSizingState, type OnChangeFn, type VisibilityState } from '@tanstack/react-table'
import { useMemo } from 'react'
import { kept, useStore, type Store } from '@/lib/store'
import { longestWhen } from '@/lib/time'
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

/** As many columns as there is room for: what matters least goes first, among equals the last one, buttons at the very last. The first two always stay. */
export function fitting<C extends { drop?: number; deeds?: true }>(columns: C[], widthOf: (column: C) => number, room: number): C[] {
  const gone = new Set<C>()
  const rank = (column: C) => (column.deeds ? -1 : (column.drop ?? 0))
  const leaving = columns.slice(2).toReversed().toSorted((a, b) => rank(b) - rank(a))
  let taken = columns.reduce((sum, column) => sum + widthOf(column), 0)
  for (const column of leaving) {
    if (taken <= room) break
    gone.add(column)
    taken -= widthOf(column)
  }
  return columns.filter((column) => !gone.has(column))
}

/** A letter of a moment, and the space beside it: `Nov 20, 10:44 AM` takes more than `20 Nov, 10:44`. */
const LETTER = 7.1
const BESIDE = 32
export const widthOf = (column: Pick<Column<never>, 'width' | 'moment'>) => (column.moment ? Math.max(column.width, Math.ceil(longestWhen() * LETTER + BESIDE)) : column.width)

/** `room` is the width there is; `tight` says that something stands beside the list, so that its columns give way. */
export function useColumns<R extends { id: string }>(spec: ListSpec<R>, room = Infinity, tight = false) {
  const layout = layoutOf(spec.area)
  const now = useStore(layout)
  const columns = useMemo(
    () => spec.columns.map((column): ColumnDef<R> => ({ id: column.id, size: widthOf(column), minSize: 56, maxSize: 800, meta: column })),
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
  const wanted = order.flatMap((id) => spec.columns.filter((column) => column.id === id && visible[id]))
  const takes = (column: Column<R>) => now.widths[column.id] ?? widthOf(column)
  // Whoever arranged the columns gets all of them and scrolls; else the last ones wait for a wider window.
  const shown = tight || now === none ? fitting(wanted, takes, room) : wanted
  const grows = (column: Column<R>) => Boolean(column.grow) && now.widths[column.id] === undefined
  const tracks = shown.map((column) => (grows(column) ? `minmax(${widthOf(column)}px, ${Number(column.grow)}fr)` : `${takes(column)}px`))
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
  const needed = shown.reduce((sum, column) => sum + takes(column), 0)
  return { table, shown, waiting: wanted.length - shown.length, order, visible, template, needed, move, step, reset: () => layout.set(none), changed: now !== none }
}
export type Columns<R extends { id: string }> = ReturnType<typeof useColumns<R>>
