/** Categories as a tree: in order, with how deep each lies and its way from the top. */
import type { Category } from '@/api/shapes'

export type Branch = Category & { depth: number; path: string }

export function treeOf(all: readonly Category[]): Branch[] {
  const children = new Map<string, Category[]>()
  const known = new Set(all.map((one) => one.id))
  for (const one of all) {
    const parent = one.parentId && known.has(one.parentId) ? one.parentId : ''
    children.set(parent, [...(children.get(parent) ?? []), one])
  }
  const walk = (parent: string, depth: number, way: string): Branch[] =>
    (children.get(parent) ?? [])
      .toSorted((a, b) => a.position - b.position || a.name.localeCompare(b.name))
      .flatMap((one) => {
        const path = way ? `${way} / ${one.name}` : one.name
        return [{ ...one, depth, path }, ...walk(one.id, depth + 1, path)]
      })
  return walk('', 0, '')
}

/** Where a category may hang: nowhere in itself or below itself. */
export function parentsFor(tree: readonly Branch[], id: string | undefined): Branch[] {
  if (!id) return [...tree]
  const below = new Set([id])
  for (const one of tree) if (one.parentId && below.has(one.parentId)) below.add(one.id)
  return tree.filter((one) => !below.has(one.id))
}
