/** The bar that rises when rows are selected, and the dialog that says what a deed on all of them would do. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useRef, useState } from 'react'
import { asProblem, type Problem } from '@/api/problem'
import type { BulkResult } from '@/api/shapes'
import { t } from '@/i18n'
import { Button, IconButton, Kbd } from '@/parts/button'
import { confirmKeys, Dialog, Why } from '@/parts/dialog'
import { Bones, Failure } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { environmentNow, isArmed } from '@/session'
import { lacking } from '@/parts/why'
import type { BulkAction } from './spec'

const MOST = 500

export function BulkBar({ actions, ids, onClear, onDone }: { actions: BulkAction[]; ids: string[]; onClear: () => void; onDone: () => void }) {
  const [chosen, setChosen] = useState<BulkAction>()
  const refuse = (action: BulkAction) =>
    ids.length > MOST ? t('table.tooMany') : action.right ? lacking(action.right) : undefined
  return (
    <div className="bulk" role="region" aria-label={t('table.selected', { n: ids.length })}>
      <strong className="bulk-count">{t('table.selected', { n: ids.length })}</strong>
      {actions.map((action) => (
        <Button key={action.id} small look={action.danger ? 'danger' : 'plain'} refuse={refuse(action)} onClick={() => setChosen(action)}>
          {t(action.label)}
        </Button>
      ))}
      <IconButton label={t('table.deselect')} onClick={onClear}>
        <X size={14} />
      </IconButton>
      {chosen && <Preview action={chosen} ids={ids} onClose={() => setChosen(undefined)} onDone={() => (setChosen(undefined), onDone())} />}
    </div>
  )
}

function Preview({ action, ids, onClose, onDone }: { action: BulkAction; ids: string[]; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const [outcome, setOutcome] = useState<BulkResult>()
  const [done, setDone] = useState(0)
  const stop = useRef<AbortController>(undefined)
  const client = useQueryClient()
  const preview = useQuery({ queryKey: ['bulk', action.id, ids], queryFn: ({ signal }) => action.run(ids, { dryRun: true, signal, progress: setDone }), gcTime: 0, staleTime: Infinity })
  const wantsCount = action.danger && environmentNow() === 'production' && !isArmed()
  const refuse =
    preview.data === undefined ? t('table.preview')
    : preview.data.changed === 0 ? t('common.noChange')
    : wantsCount && typed.trim() !== String(preview.data.changed) ? t('common.typeToConfirm', { name: String(preview.data.changed) })
    : action.reason === 'required' && reason.trim() === '' ? t('common.needsReason')
    : undefined

  const go = async () => {
    if (refuse || busy) return
    setBusy(true)
    setProblem(undefined)
    setDone(0)
    stop.current = new AbortController()
    try {
      const result = await action.run(ids, { dryRun: false, signal: stop.current.signal, progress: setDone, ...(reason.trim() ? { reason: reason.trim() } : {}) })
      const changed = result.results.filter((one) => one.changed).map((one) => one.id)
      const undo = action.undo
      toast({ text: action.effect(result, true), ...(undo && changed.length > 0 ? { undo: () => void undo(changed).then(() => client.invalidateQueries(), toastProblem) } : {}) })
      if (result.failed > 0) setOutcome(result)
      else onDone()
    } catch (error) {
      setProblem(asProblem(error))
    } finally {
      setBusy(false)
    }
  }
  if (outcome)
    return (
      <Dialog open onClose={onDone} title={t('table.someFailed', { n: outcome.failed })} foot={<Button onClick={onDone}>{t('common.close')}</Button>}>
        <FailedRows result={outcome} />
      </Dialog>
    )
  const deed = preview.data ? `${t(action.label)} (${preview.data.changed})` : t(action.label)
  return (
    <Dialog
      open
      onClose={() => (busy ? stop.current?.abort() : onClose())}
      title={`${t(action.label)}: ${t('table.selected', { n: ids.length })}`}
      onConfirm={() => void go()}
      foot={
        <>
          <Why refuse={busy ? undefined : refuse} />
          <Button onClick={() => (busy ? stop.current?.abort() : onClose())}>{t(busy ? 'table.bulkStop' : (action.keep ?? 'common.cancel'))}</Button>
          <Button type="submit" look={action.danger ? 'danger' : 'primary'} busy={busy} refuse={refuse}>
            {deed} <Kbd>{confirmKeys}</Kbd>
          </Button>
        </>
      }
    >
      {preview.isPending && (done > 0 ? <Progress text={t('table.bulkChecking', { done, total: ids.length })} done={done} total={ids.length} /> : <Bones lines={2} />)}
      {busy && done > 0 && <Progress text={t('table.bulkDone', { done, total: ids.length })} done={done} total={ids.length} />}
      {preview.isError && <Failure problem={preview.error} retry={() => void preview.refetch()} />}
      {preview.data && <p className="effect">{action.effect(preview.data, false)}</p>}
      {preview.data && preview.data.failed > 0 && <FailedRows result={preview.data} />}
      {action.reason && (
        <label className="field">
          <span className="field-label">{t('common.reason')}</span>
          <input className="input" value={reason} maxLength={500} onChange={(e) => setReason(e.target.value)} autoFocus />
        </label>
      )}
      {wantsCount && preview.data && (
        <label className="field">
          <span className="field-label">{t('common.typeToConfirm', { name: String(preview.data.changed) })}</span>
          <input className="input" value={typed} onChange={(e) => setTyped(e.target.value)} autoComplete="off" />
        </label>
      )}
      {problem && <Failure problem={problem} small />}
    </Dialog>
  )
}

/** Where many requests stand: a line and its bar. */
const Progress = ({ text, done, total }: { text: string; done: number; total: number }) => (
  <div className="bulk-progress" role="status">
    <span className="num">{text}</span>
    <progress className="bar-progress" value={done} max={total} aria-label={text} />
  </div>
)

/** Why some could not be changed: the reasons with how many each, not a wall of ids. */
function FailedRows({ result }: { result: BulkResult }) {
  const reasons = new Map<string, number>()
  for (const one of result.results) if (!one.ok) reasons.set(one.message ?? one.code ?? '?', (reasons.get(one.message ?? one.code ?? '?') ?? 0) + 1)
  return (
    <ul className="reasons">
      {[...reasons].map(([reason, n]) => (
        <li key={reason}>
          <strong>{n}</strong> {reason}
        </li>
      ))}
    </ul>
  )
}
