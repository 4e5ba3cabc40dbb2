import { describe, expect, it } from 'vitest'
import { entries, shape, type Document } from './model'

const document: Document = {
  info: { version: '1' },
  paths: { '/a': { get: { tags: ['x'], operationId: 'readA' } } },
  components: { schemas: { Node: { type: 'object', required: ['id'], properties: { id: { type: 'string', format: 'uuid' }, next: { anyOf: [{ $ref: '#/components/schemas/Node' }, { type: 'null' }] } } } } },
}
describe('the page of the API', () => {
  it('lists operations', () => expect(entries(document)).toMatchObject([{ id: 'readA', method: 'GET', path: '/a', area: 'x' }]))
  it('spells shapes out and stops where they repeat', () => expect(shape(document, { type: 'array', items: { $ref: '#/components/schemas/Node' } })).toBe('{\n  id: uuid\n  next?: Node | null\n}[]'))
  it('joins enums', () => expect(shape(document, { enum: ['a', 'b'] })).toBe('"a" | "b"'))
})
