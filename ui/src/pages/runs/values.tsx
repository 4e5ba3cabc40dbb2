/** What something works with and what a step brought: amounts as amounts, ids short, the engine's words in the reader's. */
import type { ReactNode } from 'react'
import { t, word, wordFor } from '@/i18n'
import { isMoney } from '@/lib/diff'
import { money, number } from '@/lib/money'
import { Id } from '@/parts/values'
import { Facts } from '@/record/record-page'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const areas = { method: 'method', state: 'state', ifDeclined: 'ifDeclined' } as const

export function Value({ name, value }: { name: string; value: unknown }): ReactNode {
  if (isMoney(value)) return money(value)
  if (typeof value === 'number') return number(value)
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  if (typeof value !== 'string') return <code>{JSON.stringify(value)}</code>
  if (uuid.test(value)) return <Id id={value} />
  return (name in areas && wordFor(areas[name as keyof typeof areas], value)) || <code>{value}</code>
}

export function With({ data }: { data: unknown }) {
  const facts = Object.entries((data ?? {}) as Record<string, unknown>)
  if (facts.length === 0) return <p className="quiet">{t('jobs.noData')}</p>
  return <Facts rows={facts.map(([name, value]) => [wordFor('fact', name) ?? word('thing', name), <Value key={name} name={name} value={value} />])} />
}
