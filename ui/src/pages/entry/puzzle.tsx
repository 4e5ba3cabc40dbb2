/** A puzzle of another house, where too many sign-ins failed. Nothing of it is loaded before the engine asks for it. */
import { useEffect, useRef, useState } from 'react'
import { Problem } from '@/api/problem'
import type { Puzzle } from '@/api/shapes'
import { t } from '@/i18n'
import { Failure } from '@/parts/states'

type Widget = { render: (room: HTMLElement, options: Record<string, unknown>) => unknown }
type Recaptcha = { ready: (then: () => void) => void; execute: (siteKey: string, options: { action: string }) => Promise<string> }
const houses = globalThis as typeof globalThis & { grecaptcha?: Recaptcha; hcaptcha?: Widget; turnstile?: Widget }

const scripts = {
  recaptcha_v3: (siteKey: string) => `https://www.google.com/recaptcha/api.js?render=${encodeURIComponent(siteKey)}`,
  hcaptcha: () => 'https://js.hcaptcha.com/1/api.js?render=explicit',
  turnstile: () => 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit',
}
const unloaded = () => new Problem(503, { code: 'captcha_unreachable', title: t('puzzle.unloaded'), detail: t('puzzle.unloadedText') })

const loading = new Map<string, Promise<void>>()
function load(src: string): Promise<void> {
  const begun = loading.get(src)
  if (begun) return begun
  const script = document.createElement('script')
  const done = new Promise<void>((resolve, reject) => {
    script.addEventListener('load', () => resolve())
    script.addEventListener('error', () => {
      // Another try asks for it anew.
      loading.delete(src)
      script.remove()
      reject(unloaded())
    })
  })
  loading.set(src, done)
  script.src = src
  script.async = true
  document.head.append(script)
  return done
}

async function silently(siteKey: string): Promise<string> {
  await load(scripts.recaptcha_v3(siteKey))
  const house = houses.grecaptcha
  if (!house) throw unloaded()
  await new Promise<void>((resolve) => house.ready(resolve))
  return house.execute(siteKey, { action: 'login' })
}

type Asked = Puzzle & { round: number; keep: (token: string) => void }
/** Sends, and again with a solved puzzle where the engine asks for one: by itself where nothing has to be seen, else after the person solved it. */
export function useSolved() {
  const [puzzle, setPuzzle] = useState<Asked>()
  const token = useRef<string>(undefined)
  const ask = (wanted: Puzzle) => setPuzzle((now) => ({ ...wanted, round: (now?.round ?? 0) + 1, keep: (given) => (token.current = given) }))
  const solved = async <T,>(send: (token: { captchaToken?: string }) => Promise<T>, by: string | undefined = token.current): Promise<T> => {
    // Each solution counts once.
    token.current = undefined
    try {
      const reply = await send(by ? { captchaToken: by } : {})
      setPuzzle(undefined)
      return reply
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code === 'captcha_failed') {
        if (puzzle) ask(puzzle)
        throw new Problem(400, { code: error.code, title: t('puzzle.failed') })
      }
      if (error.code !== 'captcha_required' || !error.puzzle) {
        if (puzzle) ask(puzzle)
        throw error
      }
      const wanted = error.puzzle
      if (wanted.kind === 'recaptcha_v3' && !by) return solved(send, await silently(wanted.siteKey))
      if (wanted.kind === 'recaptcha_v3') throw new Problem(400, { code: error.code, title: t('puzzle.failed') })
      ask(wanted)
      throw new Problem(400, { code: error.code, title: t('puzzle.asked'), detail: t('puzzle.askedText') })
    }
  }
  return { puzzle, solved }
}

export function PuzzleBox({ puzzle, onSolved }: { puzzle: Asked; onSolved: () => void }) {
  const room = useRef<HTMLDivElement>(null)
  const [problem, setProblem] = useState<unknown>()
  useEffect(() => {
    let here = true
    const show = async () => {
      const kind = puzzle.kind === 'hcaptcha' ? 'hcaptcha' : 'turnstile'
      await load(scripts[kind]())
      const house = kind === 'hcaptcha' ? houses.hcaptcha : houses.turnstile
      if (!house) throw unloaded()
      if (!here || !room.current) return
      const callback = (token: string) => {
        puzzle.keep(token)
        onSolved()
      }
      house.render(room.current, { sitekey: puzzle.siteKey, action: 'login', callback, 'error-callback': () => setProblem(unloaded()) })
    }
    show().catch((error: unknown) => here && setProblem(error))
    return () => {
      here = false
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- each round is a box of its own.
  }, [])
  return (
    <div className="puzzle" role="group" aria-label={t('puzzle.asked')}>
      <div ref={room} />
      {problem !== undefined && <Failure problem={problem} small />}
    </div>
  )
}
