import { describe, expect, it } from 'vitest'
import { frames } from './events'
import { unpack } from './send'

describe('the event stream', () => {
  it('cuts whole frames and keeps the unfinished one', () => {
    const cut = frames('id:4\nevent:change\ndata:{"seq":4}\n\n: beat\n\nevent:gap\ndata:\n\nid:5\nev')
    expect(cut.frames).toEqual([
      { id: '4', event: 'change', data: '{"seq":4}' },
      { event: 'gap', data: '' },
    ])
    expect(cut.rest).toBe('id:5\nev')
  })
  it('accepts CRLF and several data lines', () => {
    expect(frames('data: a\r\ndata: b\r\n\r\n').frames).toEqual([{ event: 'message', data: 'a\nb' }])
  })
})

describe('the window’s reply', () => {
  it('is unpacked into an ordinary response', async () => {
    const head = new TextEncoder().encode(JSON.stringify({ status: 409, headers: [['x-request-id', 'r9']] }))
    const body = new TextEncoder().encode('{"code":"taken"}')
    const raw = new Uint8Array(4 + head.length + body.length)
    new DataView(raw.buffer).setUint32(0, head.length)
    raw.set(head, 4)
    raw.set(body, 4 + head.length)
    const response = unpack(raw.buffer)
    expect([response.status, response.headers.get('x-request-id'), await response.text()]).toEqual([409, 'r9', '{"code":"taken"}'])
  })
})
