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

  /** A change whose answer is still to come. */
  const under = (client: QueryClient, given: Parameters<typeof atOnce>[1]) => {
    let answer: (value: unknown) => void = () => undefined
    let refuse: () => void = () => undefined
    const sent = atOnce(client, given, () => new Promise((resolve, reject) => ((answer = resolve), (refuse = () => reject(new Problem(412, { code: 'stale', title: 'Changed meanwhile' }))))))
    return { answer: (value: unknown) => (answer(value), sent), refuse: () => (refuse(), expect(sent).rejects.toThrow()) }
  }
  const newer = { id: 'a', price: euro(7), version: 9 }

  it('stays when the record is read meanwhile, and stands in what is read for the first time', async () => {
    const { client, listed, read } = open()
    const { answer } = under(client, change)
    // Once by a page, once row by row, and once more.
    await client.fetchQuery({ queryKey: ['products', 'a', {}], queryFn: async () => lamp })
    client.setQueryData(['products', 'list', {}], pages(newer, rope))
    await client.fetchQuery({ queryKey: ['products', 'list', { low: true }], queryFn: async () => pages(lamp) })
    expect([read()?.price, listed()]).toEqual([euro(2), [{ ...newer, price: euro(2) }, rope]])
    expect(client.getQueryData(['products', 'list', { low: true }])).toEqual(pages({ ...lamp, price: euro(2) }))
    await answer({ id: 'a', price: euro(2), version: 10 })
    expect(read()).toEqual({ id: 'a', price: euro(2), version: 10 })
    // Answered, it is over: what is read is shown as it is.
    client.setQueryData(['products', 'a', {}], { ...newer, version: 11 })
    expect(read()?.price).toEqual(euro(7))
  })

  it('is not undone by a read that was under way when the answer came', async () => {
    const { client, read } = open()
    const { answer } = under(client, change)
    let late: (value: unknown) => void = () => undefined
    const reading = client.fetchQuery({ queryKey: ['products', 'a', {}], queryFn: () => new Promise((resolve) => (late = resolve)) }).catch(() => undefined)
    await answer({ id: 'a', price: euro(2), version: 4 })
    late(lamp)
    await reading
    expect(read()?.price).toEqual(euro(2))
  })

  it('leaves alone what came meanwhile', async () => {
    const { client, listed, read } = open()
    const { refuse } = under(client, change)
    client.setQueryData(['products', 'a', {}], newer)
    expect(read()).toEqual({ ...newer, price: euro(2) })
    // What was asked for earlier and comes later is not the newest.
    client.setQueryData(['products', 'list', {}], pages(lamp, rope))
    await refuse()
    expect([read(), listed()]).toEqual([newer, [{ ...lamp, price: euro(7) }, rope]])
  })

  it('leaves alone what came meanwhile, though it is the change itself, whose answer was lost', async () => {
    const { client, read } = open()
    const { refuse } = under(client, change)
    client.setQueryData(['products', 'a', {}], { id: 'a', price: euro(2), version: 4 })
    await refuse()
    expect(read()).toEqual({ id: 'a', price: euro(2), version: 4 })
  })

  it('is not taken for what the engine said where a page takes it along', async () => {
    const { client, listed } = open()
    const { refuse } = under(client, change)
    client.setQueryData(['products', 'list', {}], { pages: [...pages(...(listed() ?? [])).pages, ...pages(rope).pages], pageParams: ['', 'next'] })
    await refuse()
    expect(listed()).toEqual([lamp, rope])
  })

  it('and another of another record do not disturb one another', async () => {
    const { client, listed } = open()
    const [one, other] = [under(client, change), under(client, { root: 'products', id: 'b', change: { price: euro(8) } })]
    client.setQueryData(['products', 'list', {}], pages(lamp, rope))
    expect(listed()).toEqual([{ ...lamp, price: euro(2) }, { ...rope, price: euro(8) }])
    await one.refuse()
    client.setQueryData(['products', 'list', {}], pages(lamp, rope))
    expect(listed()).toEqual([lamp, { ...rope, price: euro(8) }])
    await other.answer({ ...rope, price: euro(8), version: 2 })
    expect(listed()).toEqual([lamp, { ...rope, price: euro(8), version: 2 }])
  })

  it('and another of the same record do not disturb one another', async () => {
    const { client, read } = open()
    const [price, low] = [under(client, change), under(client, { root: 'products', id: 'a', change: { lowStock: 5 } })]
    client.setQueryData(['products', 'a', {}], { ...lamp, lowStock: 3 })
    expect(read()).toEqual({ ...lamp, price: euro(2), lowStock: 5 })
    await price.answer({ ...lamp, price: euro(2), lowStock: 3, version: 4 })
    expect(read()).toEqual({ ...lamp, price: euro(2), lowStock: 5, version: 4 })
    await low.refuse()
    expect(read()).toEqual({ ...lamp, price: euro(2), lowStock: 3, version: 4 })
  })
})
