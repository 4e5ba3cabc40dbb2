/** What can be done about what a customer owes, with the reason where it cannot. */
import type { Receivable } from '@/api/shapes'
import { t } from '@/i18n'
import { lacking, type Refuse } from '@/parts/why'
import { askAnother, askLess } from './host'

export type OwedDeed = { id: string; label: string; refuse: Refuse; danger?: boolean; run: () => void }

export function owedDeeds(one: Receivable): OwedDeed[] {
  const over = one.owed.amount === 0 ? t('owed.none') : undefined
  const about = { type: 'order' as const, id: one.orderId }
  return [
    { id: 'receive', label: t('owed.receive'), refuse: over ?? lacking('capture:payment', about), run: () => askLess(one, 'receive') },
    { id: 'another', label: t('owed.another'), refuse: over ?? lacking('capture:payment', about), run: () => askAnother(one) },
    { id: 'give-up', label: t('owed.giveUp'), danger: true, refuse: over ?? lacking('reconcile:ledger', about), run: () => askLess(one, 'write-off') },
  ]
}
