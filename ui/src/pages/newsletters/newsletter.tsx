/** One newsletter: written while it is a draft, watched while it goes out, and whom it did not reach afterwards. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { post, read } from '@/api/client'
import type { Newsletter } from '@/api/shapes'
import { t } from '@/i18n'
import { keyFor } from '@/lib/intent'
import { number } from '@/lib/money'
import { country } from '@/lib/text'
import { AuditOf } from '@/pages/audit/of'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Id, State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Facts, Figure, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { can } from '@/session'
import { Compose } from './compose'
import { Unreached } from './letters'
import { Preview } from './preview'
import { Tongues } from './tongues'
import { titleOf, tongues, type Tongue } from './words'

export const newsletterQuery = (id: string) => read<Newsletter>(`/newsletters/${id}`)

export function NewsletterPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  // Events bring progress at once; asking every second is for when they are lost.
  const query = useQuery({ ...newsletterQuery(id), refetchInterval: ({ state }) => (state.data?.state === 'sending' ? 1_000 : false) })
  return (
    <Part query={query} lines={8} whole>
      {(data) => (data.state === 'draft' ? <Compose key={data.id} newsletter={data} /> : <Out newsletter={data} />)}
    </Part>
  )
}

export const NewsletterMarks = ({ newsletter }: { newsletter: Newsletter }) => (
  <>
    <State value={newsletter.state} words="newsState" />
    <Id id={newsletter.id} />
  </>
)

function Out({ newsletter }: { newsletter: Newsletter }) {
  const { id } = newsletter
  const [tongue, setTongue] = useState<Tongue>(newsletter.textEn ? 'en' : 'de')
  const written = tongues.filter((one) => (one === 'en' ? newsletter.textEn : newsletter.textDe))
  return (
    <RecordPage
      header={
        <RecordHeader
          up={{ to: paths.newsletters, label: t('news.title') }}
          title={titleOf(newsletter)}
          marks={<NewsletterMarks newsletter={newsletter} />}
          actions={<Deed newsletter={newsletter} />}
        />
      }
      side={can('read:audit') ? <AuditOf id={id} title={t('jobs.history')} empty={t('jobs.noHistory')} /> : null}
    >
      {newsletter.state === 'scheduled' ? (
        <p className="notice" role="status">
          {t('news.waitsUntil')} <When at={newsletter.sendAt} />. {t('news.waitsSays')}
        </p>
      ) : (
        <Progress newsletter={newsletter} />
      )}
      {newsletter.failed > 0 && <Unreached id={id} state="failed" title="news.failedTitle" />}
      {newsletter.skipped > 0 && <Unreached id={id} state="skipped" title="news.skippedTitle" />}
      <Section title={t('mails.facts')}>
        <Facts
          rows={[
            [t(newsletter.state === 'scheduled' ? 'news.plannedBy' : 'news.sentBy'), newsletter.sentBy],
            [t('news.startedAt'), newsletter.startedAt && <When key="s" at={newsletter.startedAt} />],
            [t('news.finishedAt'), newsletter.finishedAt && <When key="f" at={newsletter.finishedAt} />],
            [t('news.countries'), newsletter.countries.length > 0 ? newsletter.countries.map(country).join(', ') : t('news.allCountries')],
            [t('news.rounds'), newsletter.round > 0 && number(newsletter.round)],
          ]}
        />
      </Section>
      <Section title={t('news.text')} actions={<Tongues now={tongue} of={written} onPick={setTongue} />}>
        <Preview tongue={tongue} subject={tongue === 'de' ? newsletter.subjectDe : newsletter.subjectEn} text={tongue === 'de' ? newsletter.textDe : newsletter.textEn} />
      </Section>
    </RecordPage>
  )
}

/** How far it is, and whom it reached. */
function Progress({ newsletter }: { newsletter: Newsletter }) {
  const { total, sent, failed, skipped, waiting } = newsletter
  const done = total - waiting
  return (
    <>
      <div className="figures" role="status">
        <Figure name={t('news.total')}>{number(total)}</Figure>
        <Figure name={t('news.sent')}>{number(sent)}</Figure>
        <Figure name={t('news.failed')}>{failed > 0 ? <span className="may-no">{number(failed)}</span> : number(0)}</Figure>
        <Figure name={t('news.skipped')}>{number(skipped)}</Figure>
      </div>
      {newsletter.state === 'sending' && (
        <div className="news-progress">
          <progress className="bar-progress" max={Math.max(total, 1)} value={done} aria-label={t('news.progress')} />
          <p className="field-hint">{t('news.progressSays', { n: number(done), all: number(total) })}</p>
        </div>
      )}
    </>
  )
}

function Deed({ newsletter }: { newsletter: Newsletter }) {
  const client = useQueryClient()
  const lack = lacking('send:newsletter')
  const { id, failed, round } = newsletter
  const settle = (next: Newsletter) => {
    client.setQueryData(newsletterQuery(id).queryKey, next)
    void client.invalidateQueries({ queryKey: ['newsletters'] })
  }
  const callBack = () =>
    confirm({
      title: t('news.cancelTitle'),
      body: t('news.cancelBody'),
      deed: t('news.cancel'),
      keep: t('news.keepWaiting'),
      run: async () => {
        settle(await post<Newsletter>(`/newsletters/${id}/cancel`))
        toast({ text: t('news.cancelled') })
      },
    })
  const again = () =>
    confirm({
      title: t('news.againTitle'),
      body: t('news.againBody', { n: failed }),
      deed: t('news.again', { n: failed }),
      run: async () => {
        settle(await post<Newsletter>(`/newsletters/${id}/again`, undefined, keyFor(`newsletter again ${id} ${round}`, crypto.randomUUID())))
        toast({ text: t('news.againDone', { n: failed }) })
      },
    })
  const stop = () =>
    confirm({
      title: t('news.haltTitle'),
      body: t('news.haltBody', { n: newsletter.waiting }),
      deed: t('news.halt'),
      danger: true,
      keep: t('news.haltKeep'),
      run: async () => {
        settle(await post<Newsletter>(`/newsletters/${id}/stop`))
        toast({ text: t('news.haltDone') })
      },
    })
  if (newsletter.state === 'sending') return <Button look="danger" refuse={lack} onClick={stop}>{t('news.halt')}</Button>
  if (newsletter.state === 'scheduled') return <Button refuse={lack} onClick={callBack}>{t('news.cancel')}</Button>
  if (newsletter.state === 'sent' && failed > 0) return <Button look="primary" refuse={lack} onClick={again}>{t('news.again', { n: failed })}</Button>
  return null
}
