import { beforeEach, expect, it, vi } from 'vitest'

/** Streams that are open, the newest last: what they went on from, and how they end. */
const open = vi.hoisted(() => [] as { from: string | undefined; say: (text: string) => void }[])
vi.mock('./send', () => ({
  send: ({ headers, signal }: { headers: Record<string, string>; signal: AbortSignal }) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const one = { from: headers['last-event-id'], say: (text: string) => controller.enqueue(new TextEncoder().encode(text)) }
        open.push(one)
        signal.addEventListener('abort', () => (open.splice(open.indexOf(one), 1), controller.error(new Error('let go'))))
      },
    })
    return Promise.resolve(new Response(body))
  },
}))
vi.mock('@/shell', () => ({ isDesktop: false }))
vi.mock('./client', () => ({ full: (path: string) => path }))

const page = Object.assign(new EventTarget(), { hidden: false })
vi.stubGlobal('document', page)
vi.stubGlobal('window', new EventTarget())
const look = (hidden: boolean) => ((page.hidden = hidden), page.dispatchEvent(new Event('visibilitychange')))
const { startEvents, stopEvents, subscribe } = await import('./events')

beforeEach(() => {
  stopEvents()
  page.hidden = false
})

it('listens while the page is looked at, and goes on where it was', async () => {
  const heard: string[] = []
  const end = subscribe((one) => heard.push(one.kind))
  startEvents()
  expect(open).toHaveLength(1)
  open.at(0)?.say('id:7\nevent:change\ndata:{}\n\n')
  await vi.waitFor(() => expect(heard).toEqual(['change']))
  look(true)
  expect(open).toHaveLength(0)
  look(false)
  expect(open.map((one) => one.from)).toEqual(['7'])
  // Left for another page, and come back to.
  window.dispatchEvent(new Event('pagehide'))
  expect(open).toHaveLength(0)
  window.dispatchEvent(new Event('pageshow'))
  window.dispatchEvent(new Event('pageshow'))
  expect(open).toHaveLength(1)
  end()
})

it('is not begun by a page nobody looks at, nor by one nobody is signed in on', () => {
  page.hidden = true
  startEvents()
  expect(open).toHaveLength(0)
  look(false)
  expect(open).toHaveLength(1)
  stopEvents()
  look(true)
  look(false)
  expect(open).toHaveLength(0)
})
