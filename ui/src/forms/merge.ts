/** Bringing two changes of one record together, field by field. Pure. */
import type { Values } from './use-form'

export function merge<V extends Values>(base: V, theirs: V, mine: V) {
  const merged = { ...mine }
  const both: (keyof V & string)[] = []
  const taken: (keyof V & string)[] = []
  for (const name of Object.keys(mine) as (keyof V & string)[]) {
    if (theirs[name] === base[name] || theirs[name] === mine[name]) continue
    if (mine[name] === base[name]) {
      merged[name] = theirs[name]
      taken.push(name)
    } else both.push(name)
  }
  return { merged, both, taken }
}
