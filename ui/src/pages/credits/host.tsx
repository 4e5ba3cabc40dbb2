/** The place of the dialog that gives and takes back stored credit: one in the frame, asked for from a person's page or the list. */
import { lazy, Suspense } from 'react'
import type { Money } from '@/api/shapes'
import { store, useStore } from '@/lib/store'

export type CreditDeed = 'give' | 'take_back'
export type CreditAsk = { customer: { id: string; name: string }; deed: CreditDeed; balances: Money[] }
const asked = store<CreditAsk | undefined>(undefined)
export const askCredit = (ask: CreditAsk) => asked.set(ask)

const CreditDialog = lazy(async () => ({ default: (await import('./dialog')).CreditDialog }))

export function CreditHost() {
  const now = useStore(asked)
  if (!now) return null
  return (
    <Suspense>
      <CreditDialog ask={now} onClose={() => asked.set(undefined)} />
    </Suspense>
  )
}
