/** Why somebody may, or may not: the engine's steps in the reader's language, and the place to change it. */
import { Link } from '@tanstack/react-router'
import { Check, CircleMinus, X } from 'lucide-react'
import type { Explanation, ExplanationStep } from '@/api/shapes'
import { t, word, type Key } from '@/i18n'
import { money } from '@/lib/money'
import { when } from '@/lib/time'
import { roleName } from '@/pages/people/roles'
import { paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { can, useMe } from '@/session'
import { en } from '@/i18n/en'

const marks = { pass: Check, fail: X, note: CircleMinus }
type Facts = Record<string, unknown>
const text = (value: unknown) => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')

/** The engine's own sentence where it has learnt a step since. */
export function stepText(step: ExplanationStep, permission: string): string {
  if (!(step.code in en.because)) return step.text
  const facts = step.facts as Facts
  const [left, amount] = ['left', 'amount'].map((name) => facts[name] as { amount: number; currency: string } | undefined)
  return t(`because.${step.code}` as Key, {
    right: word('permission', permission),
    role: roleName(text(facts['role'])),
    from: roleName(text(facts['from'])),
    status: word('state', text(facts['status'])).toLowerCase(),
    name: text(facts['name']),
    line: text(facts['line']),
    left: left ? money(left) : '',
    amount: amount ? money(amount) : '',
  })
}

export function Because({ found, link }: { found: Explanation; link?: string }) {
  const mine = useMe().id === found.userId
  const right = word('permission', found.permission)
  return (
    <div className="because">
      <p className={`verdict verdict-${found.allowed ? 'yes' : 'no'}`} role="status">
        {found.allowed ? <Check size={16} aria-hidden /> : <X size={16} aria-hidden />}
        <strong>{t(found.allowed ? (mine ? 'why.youMay' : 'why.theyMay') : mine ? 'why.youMayNot' : 'why.theyMayNot', { right })}</strong>
      </p>
      <ol className="reasons" aria-label={t('why.steps')}>
        {found.steps.map((step, i) => {
          const Mark = marks[step.says]
          const facts = step.facts as Facts
          return (
            <li key={i} className={`reason reason-${step.says}`}>
              <Mark size={14} aria-hidden />
              <div>
                <span className="unseen">{t(`why.${step.says}`)}</span> {stepText(step, found.permission)}
                {text(facts['reason']) && <p className="quiet">{t('why.reason', { reason: text(facts['reason']), by: text(facts['by']) })}</p>}
                {text(facts['expiresAt']) && <p className="quiet">{t('why.until', { when: when(text(facts['expiresAt'])) })}</p>}
              </div>
            </li>
          )
        })}
      </ol>
      {found.fix && <Fix found={found} fix={found.fix} mine={mine} />}
      {link && <Link to={link} className="link">{t('why.whole')}</Link>}
    </div>
  )
}

/** Where the change is made, for those who may see that page; whoever else is told who can. */
function Fix({ found, fix, mine }: { found: Explanation; fix: NonNullable<Explanation['fix']>; mine: boolean }) {
  const tenant = useMe().tenant.name
  const known = fix.code in en.because
  const line = found.steps.find((step) => step.code === 'policy_forbids')?.facts as Facts | undefined
  const places: Record<string, string> = {
    unlock_account: paths.person(found.userId),
    restore_account: paths.person(found.userId),
    invite_again: paths.person(found.userId),
    give_role: paths.person(found.userId),
    give_permission: `${paths.roles}?${new URLSearchParams({ role: found.role, right: found.permission })}`,
    end_denial: paths.personRights(found.userId),
    add_factor: mine ? paths.account : '',
    change_policy: `${paths.policy(/policies\/([^/?]+)/.exec(fix.path)?.[1] ?? '')}?line=${text(line?.['line'])}`,
  }
  const place = places[fix.code]
  return (
    <div className="fix">
      <span>{known ? t(`because.${fix.code}` as Key, { right: word('permission', found.permission), role: roleName(found.role), line: text(line?.['line']), name: text(line?.['name']) }) : fix.text}</span>
      {place && (mine && fix.code === 'add_factor' || can('read:role')) ? <ButtonLink small to={place}>{t('why.change')}</ButtonLink> : mine && <span className="quiet">{t('why.ask', { tenant })}</span>}
    </div>
  )
}
