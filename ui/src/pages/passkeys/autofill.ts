/** Lets the browser offer passkeys in the field of the e-mail, while the page waits for either. */
import { useEffect, useRef } from 'react'
import { post } from '@/api/client'
import type { PasskeyRequest, SignedIn } from '@/api/shapes'
import { askPasskey, fillsIn } from '@/lib/webauthn'

/** Answers the way to take the question back, before another is asked. */
export function useAutofill(on: boolean, remember: () => boolean, onIn: (reply: SignedIn) => void) {
  const stop = useRef<AbortController>(undefined)
  const latest = useRef({ remember, onIn })
  useEffect(() => {
    latest.current = { remember, onIn }
  })
  useEffect(() => {
    if (!on) return
    const control = new AbortController()
    stop.current = control
    const wait = async () => {
      if (!(await fillsIn())) return
      const asked = await post<PasskeyRequest>('/auth/passkey/begin')
      if (control.signal.aborted) return
      const credential = await askPasskey(asked.options, { signal: control.signal, mediation: 'conditional' })
      latest.current.onIn(await post<SignedIn>('/auth/passkey', { token: asked.token, credential, rememberMe: latest.current.remember() }))
    }
    // Whatever goes wrong here, the fields and the button are still there.
    wait().catch(() => undefined)
    return () => control.abort()
  }, [on])
  return () => stop.current?.abort()
}
