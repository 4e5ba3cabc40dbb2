/** One mail: to whom, about what, whether it left, and its text. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { read } from '@/api/client'
import type { MailDetail } from '@/api/shapes'
import { t, word } from '@/i18n'
import { tongueName } from '@/lib/countries'
import { AuditOf } from '@/pages/audit/of'
import { paths } from '@/paths'
import { PersonLink } from '@/parts/person-link'
import { Part } from '@/parts/states'
import { CopyButton, Id, State, When } from '@/parts/values'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { can } from '@/session'
import { Letter } from './letter'
import { standing } from './list'

export function MailPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  // Under a key of its own: looking at a working link leaves a line in the log, so nothing but the person makes it read again.
  const mail = useQuery({ ...read<MailDetail>(`/mailbox/${id}`), queryKey: ['letter', id], staleTime: Infinity, refetchInterval: (query) => (query.state.data?.state === 'queued' ? 2_000 : false) })
  return (
    <Part query={mail} lines={8} whole>
      {(data) => (
        <RecordPage
          header={
            <RecordHeader
              up={{ to: paths.mailbox, label: t('mails.title') }}
              title={data.subject}
              marks={
                <>
                  <State value={standing(data)} words="mailState" />
                  <span>{word('template', data.template)}</span>
                  <Id id={data.id} kind="mail" />
                </>
              }
            />
          }
          side={can('read:audit') ? <AuditOf id={data.id} title={t('jobs.history')} empty={t('jobs.noHistory')} /> : null}
        >
          {data.error && (
            <p className="notice notice-bad" role="status">
              {data.error} {data.state === 'failed' && t('mails.failedSays')}
            </p>
          )}
          <Section title={t('mails.facts')}>
            <Facts
              rows={[
                [t('mails.to'), data.userId ? <PersonLink key="p" id={data.userId} look="link">{data.name}</PersonLink> : data.name],
                [t('people.email'), <span key="a" className="hash">{data.address}</span>],
                [t('mails.language'), tongueName(data.language)],
                [t('mails.provider'), data.provider && word('mailProvider', data.provider)],
                [t('mails.when'), <When key="w" at={data.createdAt} />],
                [t('mails.attached'), data.attached.length > 0 && data.attached.join(', ')],
                [t('mails.sent'), data.sentAt && <When key="s" at={data.sentAt} />],
              ]}
            />
          </Section>
          <Message mail={data} />
        </RecordPage>
      )}
    </Part>
  )
}

const linkIn = (text: string) => /https?:\/\/\S+#token=(?!hidden)\S+/.exec(text)?.[0]
const hasLink = (text: string) => text.includes('#token=')

function Message({ mail }: { mail: MailDetail }) {
  const [look, setLook] = useState<'mail' | 'text'>('mail')
  const link = mail.linkShown ? linkIn(mail.text) : undefined
  return (
    <Section
      title={t('mails.message')}
      actions={
        <span className="segments-row" role="radiogroup" aria-label={t('mails.look')}>
          {(['mail', 'text'] as const).map((one) => (
            <label key={one} className="check">
              <input type="radio" name="look" checked={look === one} onChange={() => setLook(one)} /> {t(one === 'mail' ? 'mails.asMail' : 'mails.asText')}
            </label>
          ))}
        </span>
      }
    >
      <p className="section-lead">
        {mail.provider === 'mailbox' ? t('mails.stays') : mail.provider ? t('mails.leaves') : ''} {hasLink(mail.text) && t(link ? 'mails.shown' : 'mails.hidden')}
        {link && <CopyButton text={link} label={t('mails.copyLink')} />}
      </p>
      {look === 'mail' ? <Letter mail={mail} /> : <pre className="said">{mail.text}</pre>}
    </Section>
  )
}
