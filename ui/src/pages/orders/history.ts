/** What a change of an order did, in words: told from what it set and from what was so before it. */
import type { OrderChange } from '@/api/shapes'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'

type Facts = Record<string, unknown>
const facts = (changes: unknown): Facts => (typeof changes === 'object' && changes !== null ? (changes as Facts) : {})

function told(kind: string, set: Facts, before: Facts) {
  const newly = (name: string) => (name in set && set[name] !== before[name] ? set[name] : undefined)
  const currency = String(set['currency'] ?? before['currency'] ?? '')
  const sum = (value: unknown) => (typeof value === 'number' && currency ? money({ amount: value, currency }) : undefined)
  const state = newly('state')
  const paymentState = newly('payment_state')
  const held = newly('held')
  const back = Number(set['refunded'] ?? 0) - Number(before['refunded'] ?? 0)
  const total = kind === 'edited' ? sum(newly('total')) : undefined
  return [
    state !== undefined && `${t('histories.goods')}: ${word('state', String(state))}`,
    paymentState !== undefined && `${t('histories.money')}: ${word('state', String(paymentState))}`,
    kind === 'refunded' && back > 0 && currency && t('histories.wentBack', { amount: money({ amount: back, currency }) }),
    total && `${t('orders.total')}: ${total}`,
    held !== undefined && t(held ? 'histories.putOnHold' : 'histories.wentOn'),
  ].filter((part): part is string => Boolean(part))
}

/** Each change by its version. The first names itself, and so does one of which nothing more is known. */
export function inWords(changes: OrderChange[]): Map<number, string> {
  const words = new Map<number, string>()
  let before: Facts = {}
  for (const { version, kind, changes: given } of [...changes].sort((a, b) => a.version - b.version)) {
    const set = facts(given)
    const parts = kind === 'placed' || kind === 'adopted' ? [] : told(kind, set, before)
    const named = parts.length === 0 || kind === 'edited' ? [word('orderChange', kind)] : []
    words.set(version, [...named, ...parts].join(' · '))
    before = { ...before, ...set }
  }
  return words
}
