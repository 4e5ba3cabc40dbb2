/** Tests beside a policy: a situation, the answer it should get, and the one it gets. */
import { Check, Plus, Trash2, X } from 'lucide-react'
import type { PolicyReport, PolicyTest } from '@/api/shapes'
import { t, word } from '@/i18n'
import { en } from '@/i18n/en'
import { parseAmount, typed } from '@/lib/money'
import { roleOptions } from '@/pages/people/roles'
import { Button, IconButton } from '@/parts/button'
import { useMe } from '@/session'
import { Choose, Type } from './inputs'
import { newTest } from './policy-text'

type Props = { tests: PolicyTest[]; onChange: (tests: PolicyTest[]) => void; report: PolicyReport | undefined; locked: boolean }
export function Tests({ tests, onChange, report, locked }: Props) {
  const put = (at: number, part: Partial<PolicyTest>) => onChange(tests.map((test, i) => (i === at ? { ...test, ...part } : test)))
  return (
    <fieldset className="field policy-tests" disabled={locked}>
      <legend className="field-label">{t('policy.tests')}</legend>
      {tests.length === 0 && <p className="quiet">{t('policy.noTests')}</p>}
      {tests.map((test, i) => (
        <One key={i} n={i + 1} test={test} outcome={report?.tests[i]} onChange={(part) => put(i, part)} onRemove={() => onChange(tests.filter((_, at) => at !== i))} />
      ))}
      <div>
        <Button small icon={<Plus size={13} />} onClick={() => onChange([...tests, newTest()])}>
          {t('policy.addTest')}
        </Button>
      </div>
    </fieldset>
  )
}

const rights = () => Object.keys(en.permission).map((value) => ({ value, label: word('permission', value) })).toSorted((a, b) => a.label.localeCompare(b.label))

type OneProps = { n: number; test: PolicyTest; outcome: PolicyReport['tests'][number] | undefined; onChange: (part: Partial<PolicyTest>) => void; onRemove: () => void }
function One({ n, test, outcome, onChange, onRemove }: OneProps) {
  const { currency } = useMe().tenant
  return (
    <div className="policy-test" role="group" aria-label={t('policy.testN', { n })}>
      <Type label={t('policy.testName')} value={test.name} onChange={(name) => onChange({ name })} />
      <Choose label={t('people.role')} value={test.role ?? 'support'} onChange={(role) => onChange({ role })} options={roleOptions()} />
      <Choose label={t('why.what')} value={test.permission} onChange={(permission) => onChange({ permission: permission as PolicyTest['permission'] })} options={rights()} />
      <Type label={t('why.amount')} suffix={currency} value={test.amount ? typed(test.amount) : ''} onChange={(text) => onChange({ amount: text.trim() ? { amount: parseAmount(text, currency) ?? 0, currency } as NonNullable<PolicyTest['amount']> : null })} />
      <Type label={t('policy.atUtc')} type="datetime-local" value={test.at?.slice(0, 16) ?? ''} onChange={(at) => onChange({ at: at ? `${at}:00Z` : null })} />
      <Type label={t('why.ip')} value={test.ip ?? ''} onChange={(ip) => onChange({ ip: ip.trim() || null })} />
      <Choose label={t('policy.knownDevice')} value={test.knownDevice ? 'known' : ''} none={t('policy.deviceNew')} onChange={(known) => onChange({ knownDevice: known ? true : null })} options={[{ value: 'known', label: t('policy.deviceKnown') }]} />
      <Type label={t('policy.proved')} value={test.provedMinutesAgo?.toString() ?? ''} onChange={(text) => onChange({ provedMinutesAgo: /^\d{1,6}$/.test(text.trim()) ? Number(text) : null })} />
      <Choose label={t('policy.expect')} value={test.expect} onChange={(expect) => onChange({ expect: expect as PolicyTest['expect'] })} options={[{ value: 'deny', label: t('policy.deny') }, { value: 'allow', label: t('policy.allow') }]} />
      <div className="policy-outcome">
        {outcome && (
          <span className={`may may-${outcome.passed ? 'yes' : 'no'}`}>
            {outcome.passed ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />}
            {outcome.passed ? t('policy.passes') : outcome.line ? t('policy.gotLine', { got: t(`policy.${outcome.got}`), line: outcome.line }) : t('policy.got', { got: t(`policy.${outcome.got}`) })}
          </span>
        )}
        <span className="spring" />
        <IconButton label={t('policy.removeTest', { n })} onClick={onRemove}>
          <Trash2 size={14} />
        </IconButton>
      </div>
    </div>
  )
}
