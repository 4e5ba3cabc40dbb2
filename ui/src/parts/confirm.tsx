/** Asking before what cannot be taken back lightly. One host in the frame; `confirm()` from anywhere. */
import { useState } from 'react'
import { asProblem, type Problem } from '@/api/problem'
import { t } from '@/i18n'
import { store, useStore } from '@/lib/store'
import { environmentNow, isArmed } from '@/session'
import { Button, Kbd } from './button'
import { confirmKeys, Dialog, Why } from './dialog'
import { Failure } from './states'

export type Question = {
  title: string
  /** The effect in words and numbers. */
  body: string
  /** What the button says: the deed itself, never "OK". */
  deed: string
  danger?: boolean
  /** What the other button says, where "Cancel" could be taken for the deed. */
  keep?: string
  /** The record's name, typed on production before a destructive deed. */
  name?: string
  /** Asks for a reason; `required` refuses an empty one. */
  reason?: 'optional' | 'required'
  /** What does not belong in it, say. */
  reasonHint?: string
  /** One more thing that has to be said. */
  also?: { label: string; hint?: string }
  run: (reason: string, also: string) => Promise<unknown>
}
const asked = store<Question | undefined>(undefined)
export const confirm = (question: Question) => asked.set(question)

export function ConfirmHost() {
  const question = useStore(asked)
  return question ? <Ask key={question.title} question={question} /> : null
}

function Ask({ question }: { question: Question }) {
  const [reason, setReason] = useState('')
  const [also, setAlso] = useState('')
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const wantsName = question.danger && question.name !== undefined && environmentNow() === 'production' && !isArmed()
  const refuse =
    wantsName && typed.trim() !== question.name ? t('common.typeToConfirm', { name: question.name ?? '' })
    : question.reason === 'required' && reason.trim() === '' ? t('common.needsReason')
    : question.also && also.trim() === '' ? t('common.needsAlso', { what: question.also.label })
    : undefined
  const close = () => asked.set(undefined)
  const go = () => {
    if (refuse || busy) return
    setBusy(true)
    setProblem(undefined)
    question.run(reason.trim(), also.trim()).then(close, (error: unknown) => {
      setProblem(asProblem(error))
      setBusy(false)
    })
  }
  return (
    <Dialog
      open
      onClose={close}
      title={question.title}
      lead={question.body}
      onConfirm={go}
      foot={
        <>
          <Why refuse={refuse} />
          <Button onClick={close}>{question.keep ?? t('common.cancel')}</Button>
          <Button type="submit" look={question.danger ? 'danger' : 'primary'} busy={busy} refuse={refuse}>
            {question.deed} <Kbd>{confirmKeys}</Kbd>
          </Button>
        </>
      }
    >
      {question.reason && (
        <label className="field">
          <span className="field-label">
            {t('common.reason')} {question.reason === 'optional' && <span className="quiet">{t('common.optional')}</span>}
          </span>
          <input className="input" value={reason} onChange={(e) => setReason(e.target.value)} maxLength={500} autoFocus />
          {question.reasonHint && <span className="field-hint">{question.reasonHint}</span>}
        </label>
      )}
      {question.also && (
        <label className="field">
          <span className="field-label">{question.also.label}</span>
          <input className="input" value={also} onChange={(e) => setAlso(e.target.value)} maxLength={500} />
          {question.also.hint && <span className="field-hint">{question.also.hint}</span>}
        </label>
      )}
      {wantsName && (
        <label className="field">
          <span className="field-label">{t('common.typeToConfirm', { name: question.name ?? '' })}</span>
          <input className="input" value={typed} onChange={(e) => setTyped(e.target.value)} autoComplete="off" spellCheck={false} autoFocus={!question.reason} />
        </label>
      )}
      {problem && <Failure problem={problem} small />}
    </Dialog>
  )
}
