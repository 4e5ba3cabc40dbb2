/** A policy as it is edited: text, tests, examples to begin with. Pure. */
import type { Policy, PolicyTest } from '@/api/shapes'

export type Draft = { name: string; description: string; source: string; tests: PolicyTest[] }
export const emptyDraft: Draft = { name: '', description: '', source: '', tests: [] }
export const draftOf = ({ name, description, source, tests }: Pick<Policy, 'name' | 'description' | 'source' | 'tests'>): Draft => ({ name, description, source, tests })

export const newTest = (): PolicyTest => ({ name: '', permission: 'refund:order', role: 'support', expect: 'deny' }) as PolicyTest

/** Only what was filled in is sent: what is left out means "as usual". */
export const tidyTests = (tests: PolicyTest[]): PolicyTest[] => tests.map((test) => Object.fromEntries(Object.entries(test).filter(([, value]) => value !== '' && value !== null && value !== undefined)) as unknown as PolicyTest)

/** The place in the text where a line and column, both from 1, begin. */
export function placeOf(source: string, line: number, column: number): number {
  const lines = source.split('\n')
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  return Math.min(source.length, before + Math.min(column - 1, lines[line - 1]?.length ?? 0))
}

export const sameDraft = (a: Draft, b: Draft) => JSON.stringify({ ...a, tests: tidyTests(a.tests) }) === JSON.stringify({ ...b, tests: tidyTests(b.tests) })

export const examples = {
  refunds: `forbid (
  principal in Role::"support",
  action == Action::"refund:order",
  resource
)
when { context has amount && context.amount > 10000 };
`,
  hours: `forbid (
  principal,
  action in Action::"export",
  resource
)
unless { context.hour >= 6 && context.hour < 20 };
`,
  network: `forbid (
  principal,
  action == Action::"update:role",
  resource
)
unless { context has ip && context.ip.isInRange(ip("10.0.0.0/8")) };
`,
} as const
