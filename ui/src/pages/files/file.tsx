/** One file: what it is, what it belongs to, who brought it; fetched as a download, never shown in place. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Download, Trash2 } from 'lucide-react'
import { read, remove } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { AuditRow, StoredFile } from '@/api/shapes'
import { t, word } from '@/i18n'
import { download } from '@/lib/download'
import { number } from '@/lib/money'
import { bytes } from '@/lib/text'
import { auditPath, paths } from '@/paths'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { PersonLink } from '@/parts/person-link'
import { Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { CopyButton, Id, When } from '@/parts/values'
import { can } from '@/session'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { Belongs } from './list'

const fileQuery = (id: string) => read<StoredFile>(`/files/${id}`)

const names: Record<string, string> = { 'application/pdf': 'PDF', 'text/csv': 'CSV', 'application/zip': 'ZIP', 'image/png': 'PNG', 'image/jpeg': 'JPEG', 'image/webp': 'WebP', 'image/gif': 'GIF', 'application/json': 'JSON' }
/** What a person calls a content type. */
export const typeName = (type: string) => names[type] ?? (type.startsWith('text/') ? t('papers.text') : type.startsWith('image/') ? t('papers.image') : type === 'application/octet-stream' ? t('papers.other') : (type.split('/')[1] ?? type).toUpperCase())

const save = (file: StoredFile) =>
  void download(`/files/${file.id}/download`, file.name).then(
    (name) => name && toast({ text: t('papers.saved', { name }) }),
    (error: unknown) => asProblem(error).code !== 'aborted' && toastProblem(error),
  )

const FileFacts = ({ file }: { file: StoredFile }) => (
  <Facts
    rows={[
      [t('papers.type'), <span key="t" title={file.contentType}>{typeName(file.contentType)}</span>],
      [t('papers.size'), <span key="s" title={number(file.size)}>{bytes(file.size)}</span>],
      [t('papers.subject'), file.subject && <span key="b">{word('thing', file.subject.type)} <Belongs file={file} /></span>],
      [t('papers.by'), file.uploadedBy && <PersonLink key="u" id={file.uploadedBy.id}>{file.uploadedBy.name}</PersonLink>],
      [t('papers.when'), <When key="w" at={file.createdAt} />],
      [t('papers.sum'), <span key="h" className="id"><code className="hash">{file.sha256}</code><CopyButton text={file.sha256} /></span>],
    ]}
  />
)

export function FilePeek({ id }: { id: string }) {
  const file = useQuery(fileQuery(id))
  return (
    <div className="peek">
      <Part query={file}>
        {(data) => (
          <>
            <header className="peek-head">
              <h2 className="peek-title">{data.name}</h2>
            </header>
            <div>
              <Button icon={<Download size={14} />} onClick={() => save(data)}>
                {t('common.download')}
              </Button>
            </div>
            <FileFacts file={data} />
          </>
        )}
      </Part>
    </div>
  )
}

export function FilePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const file = useQuery(fileQuery(id))
  const client = useQueryClient()
  const go = useNavigate()
  const away = (data: StoredFile) =>
    confirm({
      title: t('files.removeTitle', { name: data.name }),
      body: t('files.removeBody'),
      deed: t('files.remove'),
      danger: true,
      name: data.name,
      run: async () => {
        await remove(`/files/${id}`)
        toast({ text: t('files.removed', { name: data.name }) })
        await go({ to: paths.files })
        void client.invalidateQueries({ queryKey: ['files'] })
      },
    })
  return (
    <Part query={file} lines={8} whole>
      {(data) => (
        <RecordPage
          header={
            <RecordHeader
              up={{ to: paths.files, label: t('papers.title') }}
              title={data.name}
              marks={<Id id={data.id} kind="file" />}
              actions={
                <>
                  {can('delete:file') && (
                    <Button icon={<Trash2 size={14} />} look="danger" onClick={() => away(data)}>
                      {t('files.remove')}
                    </Button>
                  )}
                  <Button look="primary" icon={<Download size={14} />} onClick={() => save(data)}>
                    {t('common.download')}
                  </Button>
                </>
              }
            />
          }
          side={can('read:audit') ? <History id={id} /> : null}
        >
          <Section title={t('papers.file')}>
            <FileFacts file={data} />
          </Section>
        </RecordPage>
      )}
    </Part>
  )
}

function History({ id }: { id: string }) {
  const lines = useQuery(read<AuditRow[]>('/audit', { subjectId: id, limit: 20 }))
  return (
    <Section title={t('audit.title')}>
      <Part query={lines}>
        {(rows) => (
          <ul className="plain-list">
            {rows.map((row) => (
              <li key={row.id}>
                <Link to={auditPath(row.id)} className="link">{word('deed', row.action)}</Link> <span className="quiet">{t('common.by', { name: row.actor.name })} · <When at={row.at} /></span>
              </li>
            ))}
            {rows.length === 0 && <li className="quiet">{t('common.timelineEmpty')}</li>}
          </ul>
        )}
      </Part>
    </Section>
  )
}
