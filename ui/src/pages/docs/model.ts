/** The engine's own description (OpenAPI 3.1) as this page shows it. Pure. */
export type Schema = {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema | boolean
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}
type Content = Record<string, { schema?: Schema }>
export type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema }
export type Operation = {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  parameters?: Parameter[]
  requestBody?: { content?: Content }
  responses?: Record<string, { description?: string; content?: Content }>
  security?: unknown[]
  'x-permission'?: string
}
export type Document = { info: { version: string }; paths: Record<string, Record<string, Operation>>; components?: { schemas?: Record<string, Schema> } }
export type Entry = Operation & { id: string; method: string; path: string; area: string }

const verbs = ['get', 'post', 'put', 'patch', 'delete']
export const entries = (document: Document): Entry[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    verbs.flatMap((method) => {
      const operation = item[method]
      return operation ? [{ ...operation, id: operation.operationId ?? `${method} ${path}`, method: method.toUpperCase(), path, area: operation.tags?.[0] ?? 'api' }] : []
    }),
  )
export const schemaOf = (content: Content | undefined) => Object.values(content ?? {})[0]?.schema
export const typeOf = (content: Content | undefined) => Object.keys(content ?? {})[0]

const nameOf = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1)
const DEEP = 5

/** A shape as a developer would write it down. Named shapes are spelled out until they repeat. */
export function shape(document: Document, schema: Schema | boolean | undefined, depth = 0, above: string[] = []): string {
  if (schema === undefined || typeof schema === 'boolean') return 'unknown'
  if (schema.$ref) {
    const name = nameOf(schema.$ref)
    const target = document.components?.schemas?.[name]
    if (!target || above.includes(name) || depth > DEEP) return name
    return shape(document, target, depth, [...above, name])
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const many = schema.anyOf ?? schema.oneOf
  if (many) return [...new Set(many.map((one) => shape(document, one, depth, above)))].join(' | ')
  if (schema.allOf) return [...new Set(schema.allOf.map((one) => shape(document, one, depth, above)))].join(' & ')
  const types = Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : []
  if (schema.properties || types.includes('object')) {
    const open = types.includes('null') ? ' | null' : ''
    const fields = Object.entries(schema.properties ?? {})
    if (fields.length === 0) return (typeof schema.additionalProperties === 'object' ? `{ [name]: ${shape(document, schema.additionalProperties, depth, above)} }` : '{}') + open
    const pad = '  '.repeat(depth + 1)
    const lines = fields.map(([name, inner]) => {
      const says = inner.description?.split('\n')[0]
      return `${pad}${name}${schema.required?.includes(name) ? '' : '?'}: ${shape(document, inner, depth + 1, above)}${says ? `  // ${says}` : ''}`
    })
    return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}${open}`
  }
  if (types.includes('array')) {
    const inner = shape(document, schema.items, depth, above)
    return `${inner.includes(' | ') && !inner.startsWith('{') ? `(${inner})` : inner}[]${types.includes('null') ? ' | null' : ''}`
  }
  const word = (type: string) => (type === 'string' && schema.format && schema.format !== 'string' ? schema.format : type)
  return types.map(word).join(' | ') || 'unknown'
}
