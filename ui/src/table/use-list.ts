/** One list's rows: pages as they are scrolled to, rows patched as they change, new ones counted but not pushed in between others. */
import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { get, list, request, type Page, type Params } from '@/api/client'
import { subscribe } from '@/api/events'
import { older } from '@/lib/at-once'
import type { ListSpec } from './spec'
import { bornAt } from './url'

const SETTLE = 400
const AT_ONCE = 12
const FEW_PAGES = 3

export function useList<R extends { id: string }>(spec: ListSpec<R>, params: Params) {
  const client = useQueryClient()
  const options = useMemo(() => list<R>(spec.path, params), [spec.path, params])
  const query = useInfiniteQuery({ ...options, staleTime: 30_000, refetchOnWindowFocus: false, refetchOnReconnect: false })
  const { idOf } = spec
  const rows = useMemo(() => query.data?.pages.flatMap((page) => (idOf ? page.rows.map((row) => ({ ...row, id: idOf(row) })) : page.rows)) ?? [], [query.data, idOf])
  const [fresh, setFresh] = useState(0)

  const known = useRef<{ ids: Set<string>; readAt: number }>({ ids: new Set(), readAt: 0 })
  useEffect(() => {
    known.current = { ids: new Set(rows.map((row) => row.id)), readAt: query.data?.pages[0]?.at ?? Date.now() }
  }, [rows, query.data])
  useEffect(() => setFresh(0), [params])

  const reload = useCallback(async () => {
    setFresh(0)
    // Only the first page is read again: the reader asked for what is new, which stands at the top.
    client.setQueryData<InfiniteData<Page<R>, string>>(options.queryKey, (now) =>
      now && now.pages.length > 1 ? { pages: now.pages.slice(0, 1), pageParams: now.pageParams.slice(0, 1) } : now,
    )
    await client.invalidateQueries({ queryKey: options.queryKey, exact: true })
  }, [client, options.queryKey])

  useEffect(() => {
    if (!spec.topic) return
    const changed = new Set<string>()
    const born = new Set<string>()
    let gap = false
    let timer: ReturnType<typeof setTimeout> | undefined

    const patchRow = async (id: string) => {
      if (spec.again === false || spec.again === 'list') return
      const row = await get<R>(spec.again ? spec.again(id) : `${spec.path}/${id}`).catch(() => undefined)
      if (!row) return
      // Asked for before a change whose answer stands here already, it comes too late.
      client.setQueryData<InfiniteData<Page<R>, string>>(options.queryKey, (now) =>
        now && { ...now, pages: now.pages.map((page) => ({ ...page, rows: page.rows.map((old) => (old.id === id && !older(row, old) ? { ...old, ...row } : old)) })) },
      )
    }
    const countFresh = async () => {
      const reply = await request<R[]>('GET', spec.path, { params: { ...params, limit: 50 } }).catch(() => undefined)
      if (reply) setFresh(reply.data.filter((row) => !known.current.ids.has(row.id) && (bornAt(row.id) ?? 0) > known.current.readAt - 5_000).length)
    }
    const settle = () => {
      timer = undefined
      const rowsChanged = [...changed]
      const anyBorn = born.size > 0 || gap
      const missed = gap
      changed.clear()
      born.clear()
      gap = false
      // Reading again means every loaded page: only while that is cheap, else the changed rows one by one.
      const pages = client.getQueryData<InfiniteData<Page<R>, string>>(options.queryKey)?.pages.length ?? 0
      const whole = rowsChanged.length > (spec.again === 'list' ? 0 : AT_ONCE)
      if ((whole || missed) && pages <= FEW_PAGES) void client.invalidateQueries({ queryKey: options.queryKey, exact: true })
      else rowsChanged.slice(0, 100).forEach((id) => void patchRow(id))
      // In an empty list nothing can move under a reader: the first row is shown, not counted.
      if (anyBorn && known.current.ids.size === 0) void reload()
      else if (anyBorn) void countFresh()
    }
    const unsubscribe = subscribe((heard) => {
      if (heard.kind === 'gap') gap = true
      else if (heard.kind === 'change' && heard.change.topic === spec.topic) {
        const id = heard.change.subjectId
        if (known.current.ids.has(id)) changed.add(id)
        else if ((bornAt(id) ?? Date.now()) > known.current.readAt - 5_000) born.add(id)
        else return
      } else return
      timer ??= setTimeout(settle, SETTLE)
    })
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }, [client, options.queryKey, params, spec, reload])

  const meta = query.data?.pages[0]?.meta
  return { query, rows, fresh, reload, total: meta?.total ?? undefined, totalExact: meta?.totalExact !== false }
}
