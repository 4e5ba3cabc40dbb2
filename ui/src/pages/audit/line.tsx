/** One line of the log: who, what, why, from where, what changed, and how it hangs in the chain. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { AuditRow } from '@/api/shapes'
import { t, word } from '@/i18n'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { CopyButton, When } from '@/parts/values'
import { Diff } from '@/record/diff'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { ActorLink, SubjectLink } from './list'

const lineQuery = (id: string) => ({ ...read<AuditRow>(`/audit/${id}`), staleTime: Infinity })

const LineFacts = ({ row }: { row: AuditRow }) => (
  <Facts
    rows={[
      [t('audit.actor'), <ActorLink key="a" row={row} look="link" />],
      [t('audit.subject'), <span key="s">{word('thing', row.subject.type)} <SubjectLink row={row} look="link" /></span>],
      [t('audit.when'), <When key="w" at={row.at} />],
      [t('audit.reason'), row.reason],
      [t('audit.ip'), row.ip && <code key="i">{row.ip}</code>],
      [t('audit.request'), row.requestId && <Copied key="r" text={row.requestId} />],
    ]}
  />
)
const Changes = ({ row }: { row: AuditRow }) => (row.before == null && row.after == null ? <p className="quiet">{t('audit.noChanges')}</p> : <Diff before={row.before ?? undefined} after={row.after ?? undefined} />)
const Copied = ({ text }: { text: string }) => (
  <span className="id">
    <code className="hash">{text}</code>
    <CopyButton text={text} />
  </span>
)

export function AuditPeek({ id }: { id: string }) {
  const line = useQuery(lineQuery(id))
  return (
    <div className="peek">
      <Part query={line}>
        {(row) => (
          <>
            <header className="peek-head">
              <h2 className="peek-title">{word('deed', row.action)}</h2>
              <span className="spring" />
              <span className="quiet num">{t('audit.lineTitle', { n: row.seq })}</span>
            </header>
            <LineFacts row={row} />
            <Section title={t('audit.changes')}>
              <Changes row={row} />
            </Section>
          </>
        )}
      </Part>
    </div>
  )
}

export function AuditLinePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const line = useQuery(lineQuery(id))
  return (
    <Part query={line} lines={10} whole>
      {(row) => (
        <RecordPage
          header={
            <RecordHeader
              up={{ to: paths.audit, label: t('audit.title') }}
              title={word('deed', row.action)}
              marks={<span className="quiet num">{t('audit.lineTitle', { n: row.seq })}</span>}
              actions={row.subject.id ? <ButtonLink to={filtered(paths.audit, { subjectId: row.subject.id })}>{t('people.showAll')}</ButtonLink> : null}
            />
          }
          side={
            <Section title={t('audit.proof')}>
              <p className="section-lead">{t('audit.proofLead')}</p>
              <Facts
                rows={[
                  [t('audit.hash'), <Copied key="h" text={row.hash} />],
                  [t('audit.prevHash'), <Copied key="p" text={row.prevHash} />],
                ]}
              />
            </Section>
          }
        >
          <Section title={t('orders.facts')}>
            <LineFacts row={row} />
          </Section>
          <Section title={t('audit.changes')}>
            <Changes row={row} />
          </Section>
        </RecordPage>
      )}
    </Part>
  )
}
