import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it, vi } from 'vitest'
import type { ProductPicture, ProductPictures } from '@/api/shapes'
import { described, moved, sending, withOne, without } from './gallery'

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

describe('changes under way', () => {
  const open = () => {
    const client = new QueryClient()
    const key = ['products', 'p', 'pictures', {}]
    const read = (pictures: ProductPicture[]) => client.setQueryData(key, { pictures, version: 1 })
    read(three)
    const answers: { yes: () => void; no: () => void }[] = []
    const send = () => new Promise<ProductPictures>((resolve, reject) => answers.push({ yes: () => resolve({ pictures: [], version: 2 } as never), no: () => reject(new Error('no')) }))
    return { read, answers, change: sending(client, 'p', send), shown: () => order(client.getQueryData<ProductPictures>(key)?.pictures ?? []) }
  }

  it('stay when the pictures are read meanwhile, until all are answered', async () => {
    const { read, answers, change, shown } = open()
    const sent = [change(moved('c', 0)), change(without('a'))]
    expect(shown()).toBe('cb')
    read(three)
    expect(shown()).toBe('cb')
    await vi.waitFor(() => expect(answers).toHaveLength(1))
    answers[0]?.yes()
    await vi.waitFor(() => expect(answers).toHaveLength(2))
    // Read before the first was done, or after it: both come to the same.
    read(three)
    expect(shown()).toBe('cb')
    read(['c', 'a', 'b'].map(picture))
    expect(shown()).toBe('cb')
    answers[1]?.yes()
    await Promise.all(sent)
    await vi.waitFor(() => (read(three), expect(shown()).toBe('abc')))
  })

  it('are no longer shown once they were refused', async () => {
    const { read, answers, change, shown } = open()
    const refused = change(moved('c', 0))
    const sent = change(without('a'))
    await vi.waitFor(() => expect(answers).toHaveLength(1))
    answers[0]?.no()
    await expect(refused).rejects.toThrow('no')
    await vi.waitFor(() => expect(answers).toHaveLength(2))
    read(three)
    expect(shown()).toBe('bc')
    answers[1]?.yes()
    await sent
  })
})
