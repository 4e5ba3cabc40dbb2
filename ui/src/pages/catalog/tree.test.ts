import { describe, expect, it } from 'vitest'
import { parentsFor, treeOf } from './tree'

const one = (id: string, position: number, parentId?: string) => ({ id, name: id, slug: id, position, products: 0, createdAt: '', updatedAt: '', version: 1, ...(parentId ? { parentId } : {}) })
const tree = treeOf([one('ropes', 2), one('lamps', 1), one('storm', 1, 'lamps'), one('brass', 1, 'storm'), one('lost', 9, 'gone')])

describe('categories', () => {
  it('stand in their order, each with its way, also one whose parent is not there', () => {
    expect(tree.map(({ id, depth, path }) => [id, depth, path])).toEqual([
      ['lamps', 0, 'lamps'],
      ['storm', 1, 'lamps / storm'],
      ['brass', 2, 'lamps / storm / brass'],
      ['ropes', 0, 'ropes'],
      ['lost', 0, 'lost'],
    ])
  })
  it('never hang below themselves', () => {
    expect(parentsFor(tree, 'storm').map(({ id }) => id)).toEqual(['lamps', 'ropes', 'lost'])
    expect(parentsFor(tree, undefined)).toHaveLength(5)
  })
})
