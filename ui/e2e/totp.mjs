/** An authenticator app: the codes of a key, each used once (RFC 6238, SHA-1, 30 s, six digits). */
import { createHmac } from 'node:crypto'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const STEP = 30_000

function bytesOf(base32) {
  const bits = [...base32.replace(/[\s=]/g, '').toUpperCase()].map((sign) => LETTERS.indexOf(sign).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
}

export function codeAt(secret, step) {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', bytesOf(secret)).update(counter).digest()
  const at = (digest.at(-1) ?? 0) & 15
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Gives a code that was not given before; the engine takes the step before and the one after as well, so waiting is seldom. */
export function authenticator(secret) {
  let last = 0
  return async () => {
    const now = () => Math.floor(Date.now() / STEP)
    const step = Math.max(last + 1, now() - 1)
    while (step > now() + 1) await new Promise((resolve) => setTimeout(resolve, 500))
    last = step
    return codeAt(secret, step)
  }
}
