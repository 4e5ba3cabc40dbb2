import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it, vi } from 'vitest'
import { Problem } from '@/api/problem'

const said = vi.hoisted(() => [] as string[])
vi.mock('@/parts/toasts', () => ({ toast: ({ text }: { text: string }) => said.push(text), toastProblem: () => said.push('problem') }))
const { atOnce, turned } = await import('./at-once')

const euro = (amount: number) => ({ amount, currency: 'EUR' })
const lamp = { id: 'a', price: euro(1), version: 3 }
const rope = { id: 'b', price: euro(9), version: 1 }
const up = (row: Record<string, unknown>) => ({ ...row, price: euro(2) }) as never
const pages = (...rows: unknown[]) => ({ pages: [{ rows, meta: {} }], pageParams: [''] })

describe('a record', () => {
  it('is turned wherever it is shown, and nothing else is', () => {
    expect(turned(lamp, 'a', up)).toEqual({ ...lamp, price: euro(2) })
    expect(turned([lamp, rope], 'a', up)).toEqual([{ ...lamp, price: euro(2) }, rope])
    expect(turned(pages(rope, lamp), 'a', up)).toEqual(pages(rope, { ...lamp, price: euro(2) }))
    for (const data of [undefined, null, 3, rope, [rope], pages(rope), { figures: [] }]) expect(turned(data, 'a', up)).toEqual(data)
  })
})

describe('a change shown at once', () => {
  const open = () => {
    const client = new QueryClient()
    client.setQueryData(['products', 'list', {}], pages(lamp, rope))
    client.setQueryData(['products', 'a', {}], lamp)
    return { client, listed: () => client.getQueryData<ReturnType<typeof pages>>(['products', 'list', {}])?.pages[0]?.rows, read: () => client.getQueryData<typeof lamp>(['products', 'a', {}]) }
  }
  const change = { root: 'products', id: 'a', change: { price: euro(2) } }

  it('stands before the answer, which then takes its place', async () => {
    const { client, listed, read } = open()
    let answer: (value: unknown) => void = () => undefined
    const sent = atOnce(client, change, () => new Promise((resolve) => (answer = resolve)))
    await vi.waitFor(() => expect(read()?.price).toEqual(euro(2)))
    expect(listed()).toEqual([{ ...lamp, price: euro(2) }, rope])
    answer({ id: 'a', price: euro(2), version: 4 })
    await sent
    expect([read(), listed()]).toEqual([{ id: 'a', price: euro(2), version: 4 }, [{ id: 'a', price: euro(2), version: 4 }, rope]])
  })

  it('is taken back when it is refused, with the reason', async () => {
    const { client, listed, read } = open()
    said.length = 0
    const no = new Problem(412, { code: 'stale', title: 'Changed meanwhile' })
    await expect(atOnce(client, change, () => Promise.reject(no))).rejects.toBe(no)
    expect([read(), listed()]).toEqual([lamp, [lamp, rope]])
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('Changed meanwhile')
  })

  it('leaves alone what came meanwhile', async () => {
    const { client, read } = open()
    let refuse: (error: unknown) => void = () => undefined
    const sent = atOnce(client, change, () => new Promise((_, reject) => (refuse = reject)))
    await vi.waitFor(() => expect(read()?.price).toEqual(euro(2)))
    client.setQueryData(['products', 'a', {}], { id: 'a', price: euro(7), version: 9 })
    refuse(new Problem(412, { code: 'stale', title: 'Changed meanwhile' }))
    await expect(sent).rejects.toThrow()
    expect(read()).toEqual({ id: 'a', price: euro(7), version: 9 })
  })
})
