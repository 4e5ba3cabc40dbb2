import { describe, expect, it } from 'vitest'
import type { ProductPicture } from '@/api/shapes'
import { described, moved, withOne, without } from './gallery'

const picture = (fileId: string): ProductPicture => ({ fileId, alt: '', name: `${fileId}.png`, contentType: 'image/png', size: 1 })
const three = ['a', 'b', 'c'].map(picture)
const order = (pictures: ProductPicture[]) => pictures.map((one) => one.fileId).join('')

describe('a change of pictures', () => {
  it('puts one at another place', () => {
    expect(order(moved('c', 0)(three))).toBe('cab')
    expect(order(moved('a', 1)(three))).toBe('bac')
    expect(order(moved('a', 9)(three))).toBe('bca')
    expect(order(moved('b', -1)(three))).toBe('bac')
    expect(moved('x', 0)(three)).toBe(three)
  })
  it('takes one out, adds one once, describes one', () => {
    expect(order(without('b')(three))).toBe('ac')
    expect(order(withOne(picture('d'))(three))).toBe('abcd')
    expect(order(withOne(picture('a'))(three))).toBe('bca')
    expect(described('b', 'Brass')(three).map((one) => one.alt)).toEqual(['', 'Brass', ''])
  })
})
