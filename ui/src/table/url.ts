/** Between the address, the chips and the engine's parameters. Pure. */
import type { Params } from '@/api/client'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { edge, isoDay } from '@/lib/time'
import type { Filter } from './spec'

/** The address' search part: flat, all strings. */
export type Search = Record<string, string>

export const parseSearch = (text: string): Search => Object.fromEntries(new URLSearchParams(text))
export function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  const text = query.toString()
  return text ? `?${text}` : ''
}

/** The parameters one filter writes. */
export function fieldsOf(filter: Filter): string[] {
  if (filter.kind === 'money') return [`min${filter.field}`, `max${filter.field}`]
  if (filter.kind === 'dates') return ['from', 'to']
  return [filter.field]
}
export const isSet = (filter: Filter, search: Search) => fieldsOf(filter).some((field) => search[field])
export const setFilters = (filters: Filter[], search: Search) => filters.filter((filter) => isSet(filter, search))

export function without(filter: Filter, search: Search): Search {
  const gone = fieldsOf(filter)
  return Object.fromEntries(Object.entries(search).filter(([name]) => !gone.includes(name)))
}
export const withFields = (search: Search, fields: Record<string, string | undefined>): Search =>
  Object.fromEntries(Object.entries({ ...search, ...fields }).filter((pair): pair is [string, string] => Boolean(pair[1])))

/** Local days become moments: from the first one's beginning to the last one's end. */
const dayStart = (day: string) => (/^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T00:00:00`).toISOString() : day)
const dayEnd = (day: string) => (/^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T23:59:59.999`).toISOString() : day)

/** The day of today, whenever it is asked. */
export const TODAY = 'today'

/** Which moments the days of a search are. */
export const between = ({ from, to }: Search): Search => ({ ...(from ? { from: dayStart(from) } : {}), ...(to ? { to: dayEnd(to) } : {}) })

/** What the engine is asked; unknown parameters in the address are not passed on. */
export function toParams(filters: Filter[], search: Search, sort: string, searchable: boolean): Params {
  const params: Params = {}
  for (const filter of setFilters(filters, search)) for (const field of fieldsOf(filter)) if (search[field]) params[field] = search[field]
  if (filters.some((filter) => filter.kind === 'dates')) Object.assign(params, between(search))
  for (const { kind, field } of filters) if (kind === 'before' && params[field]) params[field] = dayStart(params[field] === TODAY ? isoDay(new Date()) : String(params[field]))
  if (searchable && search['search']) params['search'] = search['search']
  params['sort'] = search['sort'] ?? sort
  return params
}

/** What a saved view keeps: filters, words and order, never which record was open. */
export function viewQuery(search: Search): string {
  const kept = Object.entries(search).filter(([name]) => name !== 'peek' && name !== 'view')
  return new URLSearchParams(kept.toSorted(([a], [b]) => a.localeCompare(b))).toString()
}

const amount = (text: string | undefined, currency: string) => (text === undefined || !/^-?\d+$/.test(text) ? text : money({ amount: Number(text), currency }))
const range = (a: string | undefined, b: string | undefined, open: { from: 'table.since' | 'table.atLeast'; to: 'table.until' | 'table.atMost' }) =>
  a && b ? (a === b ? a : t('table.between', { a, b })) : a ? t(open.from, { a }) : b ? t(open.to, { a: b }) : ''

/** A chip's value in words. A record's name comes from elsewhere, since only the engine knows it. */
export function chipText(filter: Filter, search: Search): string {
  if (filter.kind === 'money')
    return range(amount(search[`min${filter.field}`], filter.currency()), amount(search[`max${filter.field}`], filter.currency()), { from: 'table.atLeast', to: 'table.atMost' })
  if (filter.kind === 'dates')
    return range(search['from'] && edge(search['from']), search['to'] && edge(search['to']), { from: 'table.since', to: 'table.until' })
  const value = search[filter.field] ?? ''
  if (filter.kind === 'before') return value === TODAY ? t('table.today') : edge(value)
  if (filter.kind === 'flag') return value === 'true' ? t('common.yes') : t('common.no')
  if (filter.kind === 'choice') {
    const options = filter.options()
    return value
      .split(',')
      .map((one) => options.find((option) => option.value === one)?.label ?? one)
      .join(', ')
  }
  return value
}

export type Sort = { field: string; down: boolean }
export const parseSort = (text: string): Sort => (text.startsWith('-') ? { field: text.slice(1), down: true } : { field: text, down: false })
export const sortText = ({ field, down }: Sort) => (down ? `-${field}` : field)
/** Down first (the newest, the largest), then up, then back to the list's own order. */
export function nextSort(now: string, field: string, own: string): string | undefined {
  const sort = parseSort(now)
  const next = sort.field !== field ? sortText({ field, down: true }) : sort.down ? field : own
  return next === own ? undefined : next
}

/** The millisecond a UUIDv7 was made; undefined for any other id. */
export function bornAt(id: string): number | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7/i.test(id)) return undefined
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}
