/** What just happened, with a link to it and, where the domain allows, a way back. */
import { Link } from '@tanstack/react-router'
import { Check, CircleAlert, X } from 'lucide-react'
import { asProblem } from '@/api/problem'
import { t } from '@/i18n'
import { store, useStore } from '@/lib/store'
import { paths } from '@/paths'
import { IconButton } from './button'

export type Toast = { text: string; link?: { to: string; label: string }; undo?: () => void; bad?: boolean; detail?: string }
type Kept = Toast & { id: number }

const shown = store<Kept[]>([])
let next = 0
const dismiss = (id: number) => shown.set((now) => now.filter((one) => one.id !== id))

export function toast(given: Toast) {
  const id = ++next
  shown.set((now) => [...now.slice(-3), { ...given, id }])
  setTimeout(() => dismiss(id), given.undo || given.bad ? 10_000 : 6_000)
}
export const toastProblem = (error: unknown) => {
  const problem = asProblem(error)
  if (problem.code === 'step_up_required') return toast({ text: t('factor.unproved'), detail: t('factor.unprovedText'), bad: true })
  if (problem.code === 'factor_required') return toast({ text: t('factor.none'), detail: t('factor.noneText'), link: { to: paths.account, label: t('factor.add') }, bad: true })
  toast({ text: problem.title, detail: [problem.detail, problem.requestId && t('common.requestId', { id: problem.requestId })].filter(Boolean).join(' '), bad: true })
}

export function Toasts() {
  const all = useStore(shown)
  return (
    <div className="toasts" role="region" aria-label="Toasts" aria-live="polite">
      {all.map((one) => (
        <div key={one.id} className={`toast${one.bad ? ' toast-bad' : ''}`}>
          {one.bad ? <CircleAlert size={16} /> : <Check size={16} />}
          <div className="toast-text">
            {one.text}
            {one.detail && <p>{one.detail}</p>}
          </div>
          {one.link && (
            <Link to={one.link.to} className="link" onClick={() => dismiss(one.id)}>
              {one.link.label}
            </Link>
          )}
          {one.undo && (
            <button type="button" className="linkish" onClick={() => (one.undo?.(), dismiss(one.id))}>
              {t('common.undo')}
            </button>
          )}
          <IconButton label={t('common.close')} hint={false} onClick={() => dismiss(one.id)}>
            <X size={14} />
          </IconButton>
        </div>
      ))}
    </div>
  )
}
