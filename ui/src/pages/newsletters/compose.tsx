/** Writing a newsletter, in one language or both, with what it will look like beside it. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { get, patch, post, remove } from '@/api/client'
import type { Newsletter, NewsletterTested } from '@/api/shapes'
import { AreaField, TextField } from '@/forms/fields'
import { Form } from '@/forms/form'
import { Clashes, useVersioned } from '@/forms/versioned'
import { t, type Key } from '@/i18n'
import { tongueName } from '@/lib/countries'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { toast, toastProblem } from '@/parts/toasts'
import { lacking } from '@/parts/why'
import { RecordHeader, Section } from '@/record/record-page'
import { NewsletterMarks, newsletterQuery } from './newsletter'
import { Preview } from './preview'
import { Send } from './send'
import { Tongues } from './tongues'
import { titleOf, tongues, type Tongue } from './words'

type Draft = { subjectEn: string; textEn: string; subjectDe: string; textDe: string; countries: string }
const toText = (one: Newsletter): Draft => ({ subjectEn: one.subjectEn, textEn: one.textEn, subjectDe: one.subjectDe, textDe: one.textDe, countries: one.countries.join(', ') })
const codes = (text: string) => text.toUpperCase().split(/[\s,;]+/).filter(Boolean)
const labels: Record<string, Key> = { subjectEn: 'mails.subject', subjectDe: 'mails.subject', textEn: 'news.text', textDe: 'news.text', countries: 'news.countries' }
const label = (name: string) => `${t(labels[name] ?? 'news.text')}${/(En|De)$/.test(name) ? ` (${tongueName(name.endsWith('De') ? 'de' : 'en')})` : ''}`

export function Compose({ newsletter }: { newsletter: Newsletter }) {
  const client = useQueryClient()
  const { id } = newsletter
  const [tongue, setTongue] = useState<Tongue>(newsletter.subjectEn || !newsletter.subjectDe ? 'en' : 'de')
  const [sending, setSending] = useState(false)
  const [trying, setTrying] = useState(false)
  const query = newsletterQuery(id)
  const keep = (next: Newsletter) => {
    client.setQueryData(query.queryKey, next)
    void client.invalidateQueries({ queryKey: ['newsletters', 'list'] })
  }
  const form = useVersioned<Draft, Newsletter>({
    record: newsletter,
    values: toText,
    version: (one) => one.version,
    again: () => get<Newsletter>(`/newsletters/${id}`),
    check: (values) => ({
      ...(values.subjectEn.trim() || values.subjectDe.trim() ? {} : { [tongue === 'de' ? 'subjectDe' : 'subjectEn']: t('common.required') }),
      ...(codes(values.countries).every((code) => /^[A-Z]{2}$/.test(code)) ? {} : { countries: t('news.countriesWrong') }),
    }),
    write: ({ countries, ...changed }, version) => patch<Newsletter>(`/newsletters/${id}`, { ...changed, ...(countries === undefined ? {} : { countries: codes(countries) }) }, version),
    onDone: (next) => {
      keep(next)
      toast({ text: t('news.saved') })
    },
  })
  const lack = lacking('send:newsletter')
  const unsaved = form.dirty ? t('news.saveFirst') : undefined
  const tryIt = () => {
    setTrying(true)
    post<NewsletterTested>(`/newsletters/${id}/test`, { language: tongue })
      .then((done) => toast({ text: done.ok ? t(done.provider === 'mailbox' ? 'news.testKept' : 'news.tested', { email: done.address }) : t('news.testFailed', { error: done.error ?? '' }) }), toastProblem)
      .finally(() => setTrying(false))
  }
  const isIn = (one: Tongue) => (one === 'de' ? newsletter.subjectDe && newsletter.textDe : newsletter.subjectEn && newsletter.textEn)
  // What is not whole yet, or not saved, is on its way.
  const begun = (one: Tongue) => Boolean(one === 'de' ? form.values.subjectDe || form.values.textDe : form.values.subjectEn || form.values.textEn)
  const [subject, text] = tongue === 'de' ? (['subjectDe', 'textDe'] as const) : (['subjectEn', 'textEn'] as const)
  return (
    <div className="record">
      <RecordHeader
        up={{ to: paths.newsletters, label: t('news.title') }}
        title={titleOf(newsletter)}
        marks={<NewsletterMarks newsletter={newsletter} />}
        actions={
          <>
            <Button busy={trying} refuse={lack ?? unsaved} onClick={tryIt}>
              {t('news.test')}
            </Button>
            <Button look="primary" refuse={lack ?? unsaved ?? (!tongues.some(isIn) && t('news.nothingYet'))} onClick={() => setSending(true)}>
              {t('news.send')}
            </Button>
          </>
        }
        more={[{ label: t('news.drop'), danger: true, refuse: lack, run: useDrop(newsletter, form.release) }]}
      />
      <div className="news-compose">
        <Section title={t('news.write')} actions={<Tongues now={tongue} of={tongues} onPick={setTongue} mark={(one) => (isIn(one) ? undefined : t(begun(one) ? 'news.beingWritten' : 'news.notWritten'))} />}>
          <Form form={form} deed={t('news.save')} label={t('news.write')} refuse={lack ?? (!form.dirty && t('common.noChange'))}>
            <Clashes form={form as never} label={label} />
            <TextField key={subject} form={form} name={subject} label={t('mails.subject')} max={150} />
            <AreaField key={text} form={form} name={text} label={t('news.text')} hint={t('news.textHint')} rows={16} max={20_000} />
            <TextField form={form} name="countries" label={t('news.countries')} hint={t('news.countriesHint')} max={200} optional />
          </Form>
        </Section>
        <Section title={t('news.looks')}>
          <Preview tongue={tongue} subject={form.values[subject]} text={form.values[text]} />
        </Section>
      </div>
      {sending && <Send newsletter={newsletter} onClose={() => setSending(false)} onDone={keep} />}
    </div>
  )
}

function useDrop(newsletter: Newsletter, release: () => void) {
  const client = useQueryClient()
  const go = useNavigate()
  return () =>
    confirm({
      title: t('news.dropTitle', { name: titleOf(newsletter) }),
      body: t('news.dropBody'),
      deed: t('news.drop'),
      danger: true,
      run: async () => {
        await remove(`/newsletters/${newsletter.id}`)
        void client.invalidateQueries({ queryKey: ['newsletters', 'list'] })
        toast({ text: t('news.dropped') })
        release()
        void go({ to: paths.newsletters })
      },
    })
}
