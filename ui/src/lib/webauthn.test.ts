import { describe, expect, it } from 'vitest'
import { calledOff, creation, request, toBytes, toText } from './webauthn'

describe('passkeys in JSON', () => {
  it('keep every byte, without padding, in the letters of addresses', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect(toBytes(toText(bytes.buffer))).toEqual(bytes)
    expect(toText(Uint8Array.from([251, 255]).buffer)).toBe('-_8')
  })
  it('become what the browser takes', () => {
    const made = creation({ publicKey: { challenge: 'AQI', user: { id: 'Aw', name: 'a' }, excludeCredentials: [{ id: 'BA', type: 'public-key' }] } })
    expect([made.challenge, made.user.id, made.excludeCredentials?.[0]?.id]).toEqual([Uint8Array.from([1, 2]), Uint8Array.from([3]), Uint8Array.from([4])])
    const asked = request({ publicKey: { challenge: 'AQI', rpId: 'localhost' } })
    expect(asked).toEqual({ challenge: Uint8Array.from([1, 2]), rpId: 'localhost' })
  })
  it('tell a change of mind from a failure', () => {
    expect(calledOff(new DOMException('', 'NotAllowedError'))).toBe(true)
    expect(calledOff(new Error('x'))).toBe(false)
  })
})
