/** What a list page declares. Everything else about lists lives in this folder and is the same for all of them. */
import type { ReactNode } from 'react'
import type { BulkResult, Topic } from '@/api/shapes'
import type { Key, Right } from '@/i18n'
import type { Going } from '@/lib/each'

export type Column<R> = {
  id: string
  title: Key
  width: number
  /** Its cells are moments: at least as wide as one is in the reader's language. */
  moment?: true
  /** Takes the room that is left over; a number is its share beside others that grow. */
  grow?: boolean | number
  /** Where there is no room for all, those with the highest number go first; without one a column goes last. */
  drop?: number
  /** Right-aligned, for figures. */
  end?: boolean
  /** The engine's sort field, where it offers one. */
  sort?: string
  /** Its cells are buttons that say themselves what they do: the title is there to be heard alone. */
  deeds?: true
  /** Not shown until the reader asks for it. */
  hidden?: boolean
  cell: (row: R) => ReactNode
}

export type Option = { value: string; label: string }
export type Filter =
  /** Any of some values: `state=paid,shipped`. */
  | { kind: 'choice'; field: string; title: Key; options: () => Option[] }
  /** A word as typed. */
  | { kind: 'text'; field: string; title: Key }
  /** An amount between two: `field: 'Total'` writes minTotal and maxTotal in minor units of `currency()`. */
  | { kind: 'money'; field: string; title: Key; currency: () => string }
  /** From one day to another: writes from and to. */
  | { kind: 'dates'; field: 'from'; title: Key }
  /** Set or not: `lowStock=true`. */
  | { kind: 'flag'; field: string; title: Key }
  /** Before a day: `dueBefore=2026-05-01`, or `today`, which stays today in a saved view. */
  | { kind: 'before'; field: string; title: Key }
  /** One record, found by words; `linked` ones are set by links alone and not offered, nor are those whose `right` to look it up is missing. */
  | { kind: 'record'; field: string; title: Key; find: (words: string) => Promise<Option[]>; name: (id: string) => Promise<string>; linked?: true; right?: Right }

/** Many requests tell how far they are and stop when asked; one request does both by itself. */
export type How = Going & { dryRun: boolean; reason?: string }

export type BulkAction = {
  id: string
  /** The verb on the bar: "Lock". */
  label: Key
  right?: Right
  danger?: boolean
  reason?: 'optional' | 'required'
  /** What the other button says, where "Cancel" could be taken for the deed. */
  keep?: Key
  run: (ids: string[], how: How) => Promise<BulkResult>
  /** The effect in words, from a dry run and after the deed: "Lock 14 accounts, 3 already locked". */
  effect: (result: BulkResult, done: boolean) => string
  /** The way back, offered in the toast. */
  undo?: (ids: string[]) => Promise<unknown>
}

export type ListSpec<R extends { id: string }> = {
  /** The engine's word for the area: saved views and remembered columns go by it. */
  area: string
  title: Key
  path: string
  /** `-createdAt` */
  sort: string
  columns: Column<R>[]
  filters: Filter[]
  /** Offers the search box. */
  search?: boolean
  /** What the search box looks through, where that is worth saying. */
  searches?: Key
  topic?: Topic
  /** A row's name for those who cannot see it. */
  name: (row: R) => string
  /** The record's own page. */
  to?: (row: R) => string
  /** The same by id alone, where that is enough: it serves a row that is not among the loaded ones. */
  page?: (id: string) => string
  /** Reads one row again when it changed; the path's own `/{id}` unless said otherwise, `false` where rows never change, `list` where reading one is a deed of its own. */
  again?: false | 'list' | ((id: string) => string)
  /** Names a row the engine gives no id of its own. */
  idOf?: (row: Omit<R, 'id'>) => string
  /** Streams CSV, honouring the filters. */
  exports?: string
  exportRight?: Right
  bulk?: BulkAction[]
  /** Keys that act on the row under the cursor, or on the one beside the list. */
  keys?: { keys: string; label: Key; right?: Right; run: (row: R) => void }[]
  empty?: { text: Key; action?: () => ReactNode }
}
