/** One policy: its text and tests, checked while they are typed; what it refused or would have; how it came to be what it is. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { patch, post, read } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'
import type { Policy, PolicyReport } from '@/api/shapes'
import { useUnsaved } from '@/forms/unsaved'
import { useActions } from '@/frame/actions'
import { t } from '@/i18n'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Menu } from '@/parts/menu'
import { Failure, Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Id, State } from '@/parts/values'
import { lacking } from '@/parts/why'
import { RecordHeader, RecordPage, Section } from '@/record/record-page'
import { Type } from './inputs'
import { History, Shadow, Words } from './policy-side'
import { Source } from './policy-source'
import { usePolicyDeeds } from './policy-state'
import { Tests } from './policy-tests'
import { draftOf, emptyDraft, examples, sameDraft, tidyTests, type Draft } from './policy-text'

const PAUSE = 350

export function PolicyPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const policy = useQuery(read<Policy>(`/policies/${id}`))
  return (
    <Part query={policy} lines={10} whole>
      {(data) => <Known key={data.id} policy={data} />}
    </Part>
  )
}

/** What the engine says of the text as it stands, a moment after the last letter. */
function useReport(draft: Draft) {
  const body = JSON.stringify({ source: draft.source, tests: tidyTests(draft.tests).map((test) => ({ ...test, name: test.name || '–' })) })
  const [settled, setSettled] = useState(body)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(body), PAUSE)
    return () => clearTimeout(timer)
  }, [body])
  const report = useQuery({ queryKey: ['check', settled], queryFn: () => post<PolicyReport>('/policies/check', JSON.parse(settled)), enabled: draft.source.trim() !== '' && !lacking('manage:policy'), placeholderData: keepPreviousData, staleTime: Infinity, gcTime: 0, retry: false })
  return { report: report.data, checking: settled !== body || report.isFetching }
}

function Known({ policy }: { policy: Policy }) {
  const client = useQueryClient()
  const line = Number((useSearch({ strict: false }) as { line?: string }).line) || undefined
  const [base, setBase] = useState(policy)
  const [draft, setDraft] = useState(draftOf(policy))
  const dirty = !sameDraft(draft, draftOf(base))
  useUnsaved(dirty)
  // Others' changes come in by themselves while nothing here was touched.
  useEffect(() => {
    if (!dirty && policy.version !== base.version) {
      setBase(policy)
      setDraft(draftOf(policy))
    }
  }, [policy, base.version, dirty])
  const { report, checking } = useReport(draft)
  const deeds = usePolicyDeeds(policy, dirty, report)
  useActions(deeds)
  const main = deeds.filter((deed) => deed.main)
  const save = async (reason: string) => {
    const next = await patch<Policy>(`/policies/${policy.id}`, { ...draft, tests: tidyTests(draft.tests), ...(reason ? { reason } : {}) }, base.version)
    setBase(next)
    setDraft(draftOf(next))
    client.setQueryData(read(`/policies/${policy.id}`).queryKey, next)
    await client.invalidateQueries({ queryKey: ['policies'] })
    toast({ text: t('policy.saved', { name: next.name }) })
  }
  return (
    <RecordPage
      header={
        <RecordHeader
          up={{ to: paths.policies, label: t('access.policies') }}
          title={policy.name}
          marks={
            <>
              <State value={policy.state} />
              <Id id={policy.id} />
            </>
          }
          actions={main.map((deed) => (
            <Button key={deed.id} refuse={deed.refuse} onClick={deed.run}>
              {deed.label}
            </Button>
          ))}
          more={deeds.filter((deed) => !deed.main).map((deed) => ({ label: deed.label, run: deed.run, refuse: deed.refuse, ...(deed.danger ? { danger: true } : {}) }))}
        />
      }
      side={
        <>
          <Shadow policy={policy} />
          <History policy={policy} />
          <Words />
        </>
      }
    >
      <Editor draft={draft} onChange={setDraft} report={report} checking={checking} line={line} />
      {dirty && <SaveBar deed={t('policy.save')} onSave={save} onDiscard={() => setDraft(draftOf(base))} asks />}
    </RecordPage>
  )
}

export function NewPolicy() {
  const go = useNavigate()
  const client = useQueryClient()
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const { release } = useUnsaved(!sameDraft(draft, emptyDraft))
  const { report, checking } = useReport(draft)
  const [key] = useState(() => crypto.randomUUID())
  const save = async () => {
    const made = await post<Policy>('/policies', { ...draft, tests: tidyTests(draft.tests) }, key)
    await client.invalidateQueries({ queryKey: ['policies'] })
    toast({ text: t('policy.made', { name: made.name }) })
    release()
    await go({ to: paths.policy(made.id) })
  }
  const refuse = lacking('manage:policy') ?? (!draft.name.trim() ? t('policy.needsName') : !report?.valid ? t('policy.unreadable') : undefined)
  return (
    <RecordPage header={<RecordHeader up={{ to: paths.policies, label: t('access.policies') }} title={t('policy.new')} />} side={<Words />}>
      <Editor draft={draft} onChange={setDraft} report={report} checking={checking} line={undefined} fresh />
      <SaveBar deed={t('policy.make')} onSave={save} refuse={refuse} onDiscard={() => (release(), void go({ to: paths.policies }))} />
    </RecordPage>
  )
}

type EditorProps = { draft: Draft; onChange: (draft: Draft) => void; report: PolicyReport | undefined; checking: boolean; line: number | undefined; fresh?: boolean }
function Editor({ draft, onChange, report, checking, line, fresh }: EditorProps) {
  const locked = Boolean(lacking('manage:policy'))
  const put = (part: Partial<Draft>) => onChange({ ...draft, ...part })
  const begin = (['refunds', 'hours', 'network'] as const).map((id) => ({ label: t(`policy.${id}`), run: () => put({ source: examples[id], name: draft.name || t(`policy.${id}`) }) }))
  return (
    <Section title={t('policy.text')} actions={fresh && <Menu items={begin} trigger={<Button small>{t('policy.beginWith')}</Button>} />}>
      <div className="policy-fields">
        <div className="field-pair">
          <Type label={t('policy.name')} value={draft.name} onChange={(name) => put({ name })} />
          <Type label={t('policy.description')} value={draft.description} onChange={(description) => put({ description })} />
        </div>
        <Source value={draft.source} onChange={(source) => put({ source })} report={report} checking={checking} locked={locked} line={line} />
        <Tests tests={draft.tests} onChange={(tests) => put({ tests })} report={checking ? undefined : report} locked={locked} />
      </div>
    </Section>
  )
}

type BarProps = { deed: string; onSave: (reason: string) => Promise<void>; onDiscard: () => void; refuse?: ReturnType<typeof lacking> | string | undefined; asks?: boolean }
function SaveBar({ deed, onSave, onDiscard, refuse, asks }: BarProps) {
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const save = () => {
    setBusy(true)
    setProblem(undefined)
    onSave(reason.trim())
      .catch((error: unknown) => setProblem(asProblem(error)))
      .finally(() => setBusy(false))
  }
  return (
    <div className="office-save policy-save" role="region" aria-label={deed}>
      {problem && <Failure problem={problem} small />}
      {asks && <input className="input" aria-label={t('policy.reason')} placeholder={t('policy.reason')} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />}
      <Button onClick={onDiscard}>{t(asks ? 'settings.discard' : 'common.cancel')}</Button>
      <Button look="primary" busy={busy} refuse={refuse} onClick={save}>
        {deed}
      </Button>
    </div>
  )
}
