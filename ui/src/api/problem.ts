/** What went wrong, as the engine says it (RFC 9457), or as near to it as a broken reply allows. */
import type { FieldError, Puzzle } from './shapes'

type Body = Partial<{
  type: string
  title: string
  status: number
  detail: string
  code: string
  requestId: string
  errors: FieldError[]
  missing: string | null
  explain: string | null
  captcha: Puzzle | null
  count: number | null
}>

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | undefined
  readonly errors: readonly FieldError[]
  /** The right that is missing, and where the engine explains it. */
  readonly missingRight: string | undefined
  readonly explain: string | undefined
  /** What a person has to solve before they are let in. */
  readonly puzzle: Puzzle | undefined
  /** How many it is about, where that matters. */
  readonly count: number | undefined
  /** Seconds the engine asks us to wait before trying again. */
  readonly retryAfter: number | undefined
  /** The same as a moment, of this machine's clock. */
  readonly retryAt: number | undefined

  constructor(status: number, body: Body, retryAfter?: number) {
    const title = body.title ?? fallbackTitle(status)
    super(body.detail ?? title)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? `http_${status}`
    this.title = title
    this.detail = body.detail ?? ''
    this.requestId = body.requestId
    this.errors = body.errors ?? []
    this.missingRight = body.missing ?? undefined
    this.explain = body.explain ?? undefined
    this.puzzle = body.captcha ?? undefined
    this.count = body.count ?? undefined
    this.retryAfter = retryAfter
    this.retryAt = retryAfter === undefined ? undefined : Date.now() + retryAfter * 1000
  }

  get offline() {
    return this.status === 0
  }
  get unauthenticated() {
    return this.status === 401
  }
  get forbidden() {
    return this.status === 403
  }
  get missing() {
    return this.status === 404
  }
  get tooMany() {
    return this.status === 429 && this.retryAfter !== undefined
  }
  get stale() {
    return this.status === 412
  }
}

const fallbackTitle = (status: number) =>
  status === 0 ? 'Purser cannot be reached' : status >= 500 ? 'Purser could not answer' : 'Purser refused this'

/** A reply that is not 2xx, turned into a Problem; never throws itself, whatever the body holds. */
export async function problemFrom(response: Response): Promise<Problem> {
  const retry = Number(response.headers.get('retry-after'))
  const headerId = response.headers.get('x-request-id') ?? undefined
  let body: Body = {}
  try {
    const parsed: unknown = JSON.parse(await response.text())
    if (typeof parsed === 'object' && parsed !== null) body = parsed
  } catch {
    // Not JSON: a proxy's page, or nothing. The status still tells.
  }
  return new Problem(
    response.status,
    { ...body, requestId: body.requestId ?? headerId },
    Number.isFinite(retry) && retry > 0 ? retry : undefined,
  )
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof DOMException && error.name === 'AbortError') return new Problem(0, { code: 'aborted', title: 'Stopped' })
  const said = error instanceof Error ? error.message : String(error)
  // A part of the page itself that did not come: the browser's own words name a file, which helps nobody.
  const detail = /dynamically imported|importing a module|module script/i.test(said) ? '' : said
  return new Problem(0, { code: 'unreachable', detail })
}

/** Splits field errors into those a form shows beside a field and those it must say above the buttons. */
export function fieldErrors(problem: Problem, known: readonly string[]) {
  const fields: Record<string, string> = {}
  const rest: string[] = []
  for (const { field, message } of problem.errors) {
    const name = field.replace(/^[/.]+/, '').replaceAll('/', '.')
    const hit = known.includes(name) ? name : known.find((k) => name.startsWith(`${k}.`) || name.startsWith(`${k}[`))
    if (hit === undefined) rest.push(field ? `${field}: ${message}` : message)
    else fields[hit] ??= message
  }
  return { fields, rest }
}
