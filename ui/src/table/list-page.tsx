/** THE list page: give it a spec, actions, and what to show beside the list. See `spec.ts` for what a page declares. */
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import { Download, Search as SearchIcon } from 'lucide-react'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { asProblem } from '@/api/problem'
import { t } from '@/i18n'
import { leaveList } from '@/lib/back'
import { saveFile } from '@/lib/papers'
import { useKeys } from '@/lib/keys'
import { isoDay } from '@/lib/time'
import { Button } from '@/parts/button'
import { AfterAWhile, Bone, Empty, Failure, Stale } from '@/parts/states'
import { number } from '@/lib/money'
import { can } from '@/session'
import { BulkBar } from './bulk'
import { Filters } from './filters'
import { Foot } from './foot'
import { Grid } from './grid'
import { Inspector } from './inspector'
import type { ListSpec } from './spec'
import { ColumnsMenu } from './tools'
import { setFilters, toParams, withFields, type Search } from './url'
import { useColumns } from './use-columns'
import { useList } from './use-list'
import { useSelection } from './use-selection'
import { Views } from './views'

type Props<R extends { id: string }> = {
  spec: ListSpec<R>
  /** At the right of the title, the main one last. */
  actions?: ReactNode
  /** What stands beside the list when a row is opened; without it Enter goes to the record's page. */
  peek?: (id: string, row: R | undefined) => ReactNode
  /** Between the title and the filters (a proof, a summary). */
  above?: ReactNode
  /** Under the rows, for what the filters find (sums). */
  below?: (params: Record<string, string>) => ReactNode
}

export function ListPage<R extends { id: string }>({ spec, actions, peek, above, below }: Props<R>) {
  const search = useSearch({ strict: false }) as Search
  const go = useNavigate()
  const { pathname, href } = useLocation()
  useEffect(() => leaveList(pathname, href), [pathname, href])
  const setSearch = useCallback((next: Search, replace = false) => void go({ to: '.', search: next as never, replace, resetScroll: false }), [go])
  const filterText = JSON.stringify(toParams(spec.filters, search, spec.sort, spec.search ?? false))
  const params = useMemo(() => JSON.parse(filterText) as Record<string, string>, [filterText])
  const sort = search['sort'] ?? spec.sort

  const { query, rows, fresh, reload, total, totalExact } = useList(spec, params)
  const pick = useSelection(rows, filterText)
  const [at, setAt] = useState(-1)
  const [range, setRange] = useState<[number, number]>([0, 0])
  const onRange = useCallback((from: number, to: number) => setRange([from, to]), [])
  const open = peek ? search['peek'] : undefined
  // Who may do none of it on many has nothing to select for.
  const bulk = (spec.bulk ?? []).filter((action) => !action.right || can(action.right))
  const [pane, wide] = useWidth()
  const columns = useColumns(spec, wide - (bulk.length > 0 ? 44 : 0) - (open ? BESIDE : 0), open !== undefined)
  useEffect(() => setAt(-1), [filterText])

  const openRow = (row: R) => {
    if (peek) setSearch(withFields(search, { peek: row.id }), open !== undefined)
    else if (spec.to) void go({ to: spec.to(row) })
  }
  const close = () => setSearch(withFields(search, { peek: undefined }), true)
  const step = (by: number) => {
    const from = at >= 0 ? at : open ? rows.findIndex((row) => row.id === open) : -1
    const next = Math.max(0, Math.min(rows.length - 1, from + by))
    const row = rows[next]
    if (!row) return
    setAt(next)
    if (open) setSearch(withFields(search, { peek: row.id }), true)
  }
  const current = rows[at]
  useKeys([
    { keys: 'j', label: 'table.keyMove', run: () => step(1) },
    { keys: 'k', run: () => step(-1) },
    { keys: 'Enter', label: 'table.keyOpen', run: (event) => (event.target instanceof HTMLAnchorElement || event.target instanceof HTMLButtonElement ? event.target.click() : current && openRow(current)) },
    ...(spec.keys ?? [])
      .filter((one) => !one.right || can(one.right))
      .map((one) => ({
        ...one,
        run: () => {
          const row = rows.find((each) => each.id === open) ?? current
          if (row) one.run(row)
        },
      })),
    ...(bulk.length > 0 ? [{ keys: 'x', label: 'table.keySelect' as const, run: () => at >= 0 && pick.toggle(at, false) }] : []),
  ])
  useKeys([{ keys: 'Escape', run: () => (open ? close() : pick.clear()) }], open !== undefined || pick.ids.length > 0)

  const onEnd = useCallback(() => void query.fetchNextPage(), [query.fetchNextPage]) // eslint-disable-line react-hooks/exhaustive-deps -- the query object itself is new on every render
  const refused = query.isError && !query.data && asProblem(query.error).forbidden
  if (refused) return <RefusedList title={t(spec.title)} problem={query.error} />
  const openedRow = rows.find((row) => row.id === open)
  const filtered = setFilters(spec.filters, search).length > 0 || Boolean(search['search'])
  return (
    <div className="list">
      <header className="page-head">
        <h1 className="page-title">{t(spec.title)}</h1>
        {total !== undefined && <span className="page-count">{totalExact ? number(total) : `${number(total)}+`}</span>}
        {fresh > 0 && (
          <button type="button" className="fresh" title={t('table.freshHint')} onClick={() => (setAt(-1), void reload())}>
            {t('table.fresh', { n: fresh })}
          </button>
        )}
        <span className="spring" />
        {spec.exports && (!spec.exportRight || can(spec.exportRight)) && <ExportButton spec={spec} params={params} />}
        {actions}
      </header>
      {above}
      <div className="list-tools">
        {spec.search && <SearchBox title={t(spec.title)} hint={t(spec.searches ?? 'common.search')} value={search['search'] ?? ''} onChange={(words) => setSearch(withFields(search, { search: words, peek: undefined }), true)} />}
        <Filters filters={spec.filters} search={search} onChange={(next) => setSearch(next)} />
        <span className="spring" />
        <Views area={spec.area} search={search} onChange={(next) => setSearch(next)} />
        <ColumnsMenu spec={spec} columns={columns} />
      </div>
      {query.isError && query.data && <Stale at={query.dataUpdatedAt} retry={() => void query.refetch()} />}
      <div className="list-pane" ref={pane}>
        {query.isError && !query.data ? (
          <Failure problem={query.error} retry={() => void query.refetch()} />
        ) : query.isPending ? (
          <AfterAWhile>
            <SkeletonRows columns={columns.shown.length} template={columns.template} />
          </AfterAWhile>
        ) : rows.length === 0 ? (
          filtered ? (
            <Empty action={<Button onClick={() => setSearch({})}>{t('table.clearFilters')}</Button>}>{t('table.emptyFiltered')}</Empty>
          ) : (
            <Empty action={spec.empty?.action?.()}>{t(spec.empty?.text ?? 'table.empty')}</Empty>
          )
        ) : (
          <Grid
            spec={spec}
            selectable={bulk.length > 0}
            columns={columns}
            filters={filterText}
            rows={rows}
            total={total}
            sort={sort}
            onSort={(next) => setSearch(withFields(search, { sort: next }))}
            at={at}
            onAt={setAt}
            peek={open}
            onOpen={openRow}
            selected={pick.selected}
            onSelect={pick.toggle}
            onSelectAll={pick.toggleAll}
            more={query.hasNextPage}
            loading={query.isFetchingNextPage || query.isFetchNextPageError}
            onEnd={onEnd}
            onRange={onRange}
          />
        )}
        {open && peek && (
          <Inspector key="inspector" to={spec.page?.(open) ?? (openedRow && spec.to?.(openedRow))} onClose={close} onStep={step}>
            {peek(open, openedRow)}
          </Inspector>
        )}
        {pick.ids.length > 0 && bulk.length > 0 && <BulkBar actions={bulk} ids={pick.ids} onClear={pick.clear} onDone={() => (pick.clear(), void query.refetch())} />}
      </div>
      {rows.length > 0 && below?.(params)}
      <Foot from={rows.length ? range[0] + 1 : 0} to={rows.length ? range[1] + 1 : 0} total={total} exact={totalExact} at={query.dataUpdatedAt} />
    </div>
  )
}

/** What stands beside the list takes this much of its width (`--beside`). */
const BESIDE = 440

/** The width of an element, as it changes. */
function useWidth() {
  const [width, setWidth] = useState(Infinity)
  const [element, setElement] = useState<HTMLElement | null>(null)
  useLayoutEffect(() => {
    if (!element) return
    setWidth(element.clientWidth)
    const watch = new ResizeObserver(() => setWidth(element.clientWidth))
    watch.observe(element)
    return () => watch.disconnect()
  }, [element])
  return [setElement, width] as const
}

const RefusedList = ({ title, problem }: { title: string; problem: unknown }) => (
  <div className="list">
    <header className="page-head">
      <h1 className="page-title">{title}</h1>
    </header>
    <Failure problem={problem} />
  </div>
)

const typingPause = 180
function SearchBox({ title, hint, value, onChange }: { title: string; hint: string; value: string; onChange: (words: string) => void }) {
  const [words, setWords] = useState(value)
  const box = useRef<HTMLInputElement>(null)
  const sent = useRef(value)
  useEffect(() => {
    if (value !== sent.current) setWords((sent.current = value))
  }, [value])
  useEffect(() => {
    if (words.trim() === sent.current) return
    const timer = setTimeout(() => onChange((sent.current = words.trim())), typingPause)
    return () => clearTimeout(timer)
  })
  useKeys([{ keys: '/', label: 'frame.keyFilter', run: () => box.current?.focus() }])
  return (
    <div className="searchbox">
      <SearchIcon size={13} aria-hidden />
      <input
        ref={box}
        type="search"
        className="input input-small"
        aria-label={t('table.searchIn', { name: title })}
        placeholder={hint}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          if (words) setWords('')
          else event.currentTarget.blur()
        }}
      />
    </div>
  )
}

function ExportButton<R extends { id: string }>({ spec, params }: { spec: ListSpec<R>; params: Record<string, string> }) {
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    await saveFile(spec.exports ?? '', `${spec.area}-${isoDay(new Date())}.csv`, params)
    setBusy(false)
  }
  return (
    <Button icon={<Download size={14} />} busy={busy} onClick={() => void save()}>
      {t('table.export')}
    </Button>
  )
}

const SkeletonRows = ({ columns, template }: { columns: number; template: string }) => (
  <div className="grid-pane" role="status" aria-label={t('common.loading')} style={{ '--cols': template, '--row': '36px' } as React.CSSProperties}>
    {Array.from({ length: 14 }, (_, row) => (
      <div key={row} className="grid-row grid-still">
        {Array.from({ length: columns }, (_, column) => (
          <div key={column} className="cell">
            <Bone width={`${[58, 76, 44, 66, 50][(row + column) % 5] ?? 60}%`} />
          </div>
        ))}
      </div>
    ))}
  </div>
)
