/** What changed between two shapes, field by field. Pure. */
export type Change = { field: string; before: unknown; after: unknown; changed: boolean }

const isPlain = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
/** Money is one value to a reader, not two fields. */
export const isMoney = (value: unknown): value is { amount: number; currency: string } =>
  isPlain(value) && Object.keys(value).length === 2 && typeof value['amount'] === 'number' && typeof value['currency'] === 'string'

export function flatten(value: unknown, path = '', into: Map<string, unknown> = new Map()): Map<string, unknown> {
  if (isPlain(value) && !isMoney(value) && Object.keys(value).length > 0)
    for (const [name, inner] of Object.entries(value)) flatten(inner, path ? `${path}.${name}` : name, into)
  else if (Array.isArray(value) && value.some(isPlain)) value.forEach((inner, i) => flatten(inner, `${path}[${i}]`, into))
  else if (value !== undefined && (path !== '' || value !== null)) into.set(path, value)
  return into
}

export function diff(before: unknown, after: unknown): Change[] {
  const a = flatten(before)
  const b = flatten(after)
  return [...new Set([...a.keys(), ...b.keys()])].map((field) => {
    const [was, is] = [a.get(field), b.get(field)]
    return { field, before: was, after: is, changed: JSON.stringify(was) !== JSON.stringify(is) }
  })
}
