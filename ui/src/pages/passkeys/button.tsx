/** Asks the browser for a passkey and the engine whether it is right. A change of mind is no failure. */
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { post } from '@/api/client'
import { asProblem, Problem } from '@/api/problem'
import type { PasskeyRequest } from '@/api/shapes'
import { t } from '@/i18n'
import { askPasskey, calledOff } from '@/lib/webauthn'
import { Button } from '@/parts/button'
import { Failure } from '@/parts/states'

type Props<T> = {
  label: string
  /** Where what is asked begins, and what is sent there. */
  begin: { path: string; body?: unknown }
  answer: (token: string, credential: Record<string, unknown>) => Promise<T>
  onDone: (reply: T) => void
  /** The sign-in it belongs to ran out. */
  onOver?: () => void
  main?: boolean
  /** Before the browser's window opens, so that another question of it can be taken back. */
  before?: () => void
}
const said = (error: unknown) => {
  const problem = asProblem(error)
  const wrong = problem.code === 'bad_passkey' || problem.errors.some((one) => one.field === 'credential')
  return wrong ? new Problem(400, { code: 'bad_passkey', title: t('passkey.wrong') }) : problem
}

export function PasskeyButton<T>({ label, begin, answer, onDone, onOver, main, before }: Props<T>) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const run = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      before?.()
      const asked = await post<PasskeyRequest>(begin.path, begin.body)
      onDone(await answer(asked.token, await askPasskey(asked.options)))
    } catch (error) {
      if (asProblem(error).code === 'challenge_over' && onOver) onOver()
      else if (!calledOff(error)) setProblem(said(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button look={main ? 'primary' : 'plain'} className="btn-wide" icon={<KeyRound size={14} />} busy={busy} onClick={() => void run()}>
        {label}
      </Button>
      {problem && <Failure problem={problem} small />}
    </>
  )
}
