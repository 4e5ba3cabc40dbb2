/** Values as they stand in cells and facts: money, times, ids, states, people. */
import { Check, Copy as CopyIcon } from 'lucide-react'
import { useState } from 'react'
import type { Money as MoneyValue } from '@/api/shapes'
import { t, word } from '@/i18n'
import { money, moneyParts } from '@/lib/money'
import { initials, shortId, type IdKind } from '@/lib/text'
import { useNow } from '@/lib/tick'
import { exactly, when } from '@/lib/time'
import { IconButton } from './button'
import { Hint } from './hint'

/** An amount with its currency quiet beside it. `dash` shows zero as –, where zero means "none". */
export function Money({ value, dash, strong, sign }: { value: MoneyValue | null | undefined; dash?: boolean; strong?: boolean; sign?: boolean }) {
  if (!value || (dash && value.amount === 0)) return <span className="money quiet">–</span>
  const parts = moneyParts(value)
  return (
    <span className={`money${strong ? ' money-strong' : ''}`} title={`${money(value)} ${value.currency}`}>
      {sign && value.amount > 0 ? '+' : ''}
      {parts.map((part, i) => (part.type === 'currency' ? <span key={i} className="money-currency">{part.value}</span> : part.value))}
    </span>
  )
}

/** A moment: relative within a day, absolute after; the exact one with its zone on hover. */
export function When({ at }: { at: string | null | undefined }) {
  const now = useNow(10_000)
  if (!at) return <span className="quiet">–</span>
  return (
    <Hint text={exactly(at)}>
      <time dateTime={at} className="when">{when(at, now)}</time>
    </Hint>
  )
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const [done, setDone] = useState(false)
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => {
      setDone(true)
      setTimeout(() => setDone(false), 1500)
    })
  }
  return (
    <IconButton label={done ? t('common.copied') : (label ?? t('common.copy'))} onClick={(e) => (e.stopPropagation(), copy())} className="copy">
      {done ? <Check size={13} /> : <CopyIcon size={13} />}
    </IconButton>
  )
}

/** An id, short, in the code face, with its whole self to copy. */
export const Id = ({ id, kind }: { id: string; kind?: IdKind }) => (
  <span className="id" title={id}>
    <code>{shortId(id, kind)}</code>
    <CopyButton text={id} />
  </span>
)

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle'
const tones: Record<string, Tone> = {
  active: 'ok', invited: 'info', locked: 'warn', deleted: 'idle', inactive: 'idle',
  pending: 'idle', paid: 'ok', processing: 'info', shipped: 'info', delivered: 'ok', cancelled: 'idle',
  unpaid: 'idle', requires_action: 'warn', unknown: 'warn', authorised: 'info', captured: 'ok', partly_paid: 'warn', on_account: 'info', partially_refunded: 'info', refunded: 'idle',
  failed: 'bad', created: 'idle', voided: 'idle', disputed: 'bad', succeeded: 'ok',
  matched: 'ok', written_off: 'idle', parked: 'bad',
  compensating: 'warn', completed: 'ok', needs_attention: 'bad', resolved: 'idle', free: 'ok', paused: 'warn', limited: 'info',
  scheduled: 'info', sending: 'info',
  queued: 'idle', sent: 'ok', kept: 'info', dead: 'bad',
  uploaded: 'idle', checking: 'info', checked: 'info', running: 'info', done: 'ok',
  draft: 'idle', shadow: 'info', enforced: 'ok', off: 'idle', would_refuse: 'warn',
  suspended: 'warn', closing: 'bad', purging: 'bad', sealed: 'ok', open: 'warn', used: 'idle', void: 'idle',
  waiting: 'warn', approved: 'ok', rejected: 'bad', opened: 'info', needs_evidence: 'warn', submitted: 'info', won: 'ok', lost: 'bad', accepted: 'idle',
  granted: 'ok', denied: 'bad', ended: 'idle',
  requested: 'warn', received: 'ok',
  abandoned: 'warn', ordered: 'ok', merged: 'idle', discarded: 'idle',
  failing: 'bad', processed: 'ok', ignored: 'idle', unproved: 'warn',
  owed: 'info', late: 'warn', settled: 'ok',
  alive: 'ok', silent: 'bad', answered: 'ok', left: 'warn',
  signed_in: 'ok', refused: 'bad', expired: 'idle', revoked: 'idle',
}
export type StateWords = 'state' | 'newsState' | 'consentState' | 'jobState' | 'mailState' | 'hookState' | 'heardState' | 'returnState' | 'approvalState' | 'disputeState' | 'runState' | 'stepState' | 'rein' | 'stuckState' | 'sandboxMessage' | 'scheduleState' | 'cartState' | 'repeatState' | 'workerState' | 'owedState'
/** A state: always a dot and a word; `words` where the same state is called otherwise. */
export const State = ({ value, tone, words = 'state' }: { value: string; tone?: Tone; words?: StateWords }) => (
  <span className={`state tone-${tone ?? tones[value] ?? 'idle'}`}>
    <span className="dot" aria-hidden />
    <span className="state-word">{word(words, value)}</span>
  </span>
)

export const Avatar = ({ name }: { name: string }) => (
  <span className="avatar" aria-hidden>
    {initials(name)}
  </span>
)
