import { expect, test } from 'vitest'
import { multipart } from './multipart'

test('a form comes out of its bytes as it went in', async () => {
  const form = new FormData()
  form.append('subjectType', 'order')
  form.append('note', 'line one\r\nline "two" — ü')
  form.append('file', new File([new Uint8Array([0, 13, 10, 45, 45, 255])], 'a "b" ü.bin', { type: 'image/png' }))
  const { type, bytes } = await multipart(form)
  const back = await new Response(bytes, { headers: { 'content-type': type } }).formData()
  expect(back.get('subjectType')).toBe('order')
  expect(back.get('note')).toBe('line one\r\nline "two" — ü')
  const file = back.get('file') as File
  expect([file.name, file.type, [...new Uint8Array(await file.arrayBuffer())]]).toEqual(['a "b" ü.bin', 'image/png', [0, 13, 10, 45, 45, 255]])
})
