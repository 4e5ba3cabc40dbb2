/** The place of the dialogs about what a customer owes: one in the frame, asked for from the list, an order or a payment. */
import { lazy, Suspense } from 'react'
import type { Receivable } from '@/api/shapes'
import { store, useStore } from '@/lib/store'

export type Less = 'receive' | 'write-off'
const asked = store<{ one: Receivable; deed: Less | 'another' } | undefined>(undefined)
/** Money that came, or that never will. */
export const askLess = (one: Receivable, deed: Less) => asked.set({ one, deed })
export const askAnother = (one: Receivable) => asked.set({ one, deed: 'another' })

const LessDialog = lazy(async () => ({ default: (await import('./dialogs')).LessDialog }))
const AnotherDialog = lazy(async () => ({ default: (await import('./dialogs')).AnotherDialog }))

export function OwedHost() {
  const now = useStore(asked)
  const close = () => asked.set(undefined)
  if (!now) return null
  return <Suspense>{now.deed === 'another' ? <AnotherDialog one={now.one} onClose={close} /> : <LessDialog one={now.one} deed={now.deed} onClose={close} />}</Suspense>
}
