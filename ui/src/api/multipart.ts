/**
 * A form as bytes (RFC 7578), made by hand: WebKitGTK cannot read a form that holds a file back out of a Request
 * ("Unable to read form data blob"), so the desktop window would be unable to upload anything.
 */
export async function multipart(form: FormData): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> }> {
  const boundary = `purser-${crypto.randomUUID()}`
  const text = new TextEncoder()
  const quoted = (name: string) => `"${name.replace(/\r\n|\r|\n/g, '%0D%0A').replaceAll('"', '%22')}"`
  const parts: Uint8Array[] = []
  for (const [name, value] of form) {
    const file = typeof value === 'string' ? '' : `; filename=${quoted(value.name)}\r\ncontent-type: ${value.type || 'application/octet-stream'}`
    parts.push(text.encode(`--${boundary}\r\ncontent-disposition: form-data; name=${quoted(name)}${file}\r\n\r\n`))
    parts.push(typeof value === 'string' ? text.encode(value) : new Uint8Array(await value.arrayBuffer()), text.encode('\r\n'))
  }
  parts.push(text.encode(`--${boundary}--\r\n`))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return { type: `multipart/form-data; boundary=${boundary}`, bytes }
}
