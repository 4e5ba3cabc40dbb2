/** What an endpoint asks for: single events, all of one thing (`order.*`), or everything (`*`). */
import type { WebhookEvent } from '@/api/shapes'

export type Family = { name: string; events: WebhookEvent[] }
const familyOf = (event: string) => event.split('.')[0] ?? event

/** Events by what they are about, in the engine's order. */
export function families(events: WebhookEvent[]): Family[] {
  const all = new Map<string, WebhookEvent[]>()
  for (const event of events) {
    const name = familyOf(event.name)
    all.set(name, [...(all.get(name) ?? []), event])
  }
  return [...all].map(([name, own]) => ({ name, events: own }))
}
const everything = '*'
export const isEverything = (topics: readonly string[]) => topics.includes(everything)
export const asksFor = (topics: readonly string[], event: string) => isEverything(topics) || topics.includes(event) || topics.includes(`${familyOf(event)}.*`)

/** Ticks an event on or off; a family that is whole is written as one word, so that what it learns later is heard as well. */
export function turn(topics: readonly string[], family: Family, event: string | undefined, on: boolean): string[] {
  const star = `${family.name}.*`
  const others = topics.filter((topic) => topic !== star && familyOf(topic) !== family.name)
  if (event === undefined) return on ? [...others, star] : others
  const own = family.events.map((one) => one.name).filter((name) => (name === event ? on : topics.includes(name) || topics.includes(star)))
  return [...others, ...own]
}
