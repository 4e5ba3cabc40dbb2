/** Money is moved once, however often the button is pressed. */
import { post } from '@/api/client'
import { answered, keyFor } from '@/lib/intent'
import { said } from './said'

/** Sends under a key that stays the same until a clear answer comes. */
export async function once<T>(path: string, body: unknown, key: string): Promise<T> {
  const meant = JSON.stringify([path, body])
  try {
    const reply = await post<T>(path, body, keyFor(meant, key))
    answered(meant)
    return reply
  } catch (error) {
    if (!said.isUnclear(error)) answered(meant)
    throw error
  }
}
