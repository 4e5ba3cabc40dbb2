/** Every file there is, whatever it is attached to. */
import { Link } from '@tanstack/react-router'
import { Upload } from 'lucide-react'
import { useState } from 'react'
import type { StoredFile } from '@/api/shapes'
import { t, word } from '@/i18n'
import { bytes } from '@/lib/text'
import { paths, subjectPath } from '@/paths'
import { Button } from '@/parts/button'
import { Id, When } from '@/parts/values'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'
import { FilePeek, typeName } from './file'
import { UploadDialog } from './upload'

const files: ListSpec<StoredFile> = {
  area: 'files',
  title: 'papers.title',
  path: '/files',
  sort: '-createdAt',
  search: true,
  topic: 'file',
  name: (file) => file.name,
  to: (file) => paths.file(file.id),
  page: paths.file,
  columns: [
    { id: 'name', title: 'papers.name', width: 220, grow: 3, cell: (file) => <Link to={paths.file(file.id)} className="link">{file.name}</Link> },
    { id: 'type', title: 'papers.type', width: 110, drop: 2, cell: (file) => typeName(file.contentType) },
    { id: 'size', title: 'papers.size', width: 90, end: true, cell: (file) => bytes(file.size) },
    { id: 'subject', title: 'papers.subject', width: 150, grow: 1, cell: (file) => <Belongs file={file} /> },
    { id: 'by', title: 'papers.by', width: 140, drop: 1, grow: 1, cell: (file) => file.uploadedBy?.name ?? <span className="quiet">–</span> },
    { id: 'when', title: 'papers.when', width: 132, moment: true, end: true, cell: (file) => <When at={file.createdAt} /> },
    { id: 'id', title: 'papers.id', width: 120, hidden: true, cell: (file) => <Id id={file.id} kind="file" /> },
  ],
  filters: [
    { kind: 'choice', field: 'subjectType', title: 'papers.subject', options: () => ['order', 'user'].map((value) => ({ value, label: word('thing', value) })) },
    {
      kind: 'choice',
      field: 'contentType',
      title: 'papers.type',
      options: () => [
        { value: 'image/', label: t('papers.image') },
        { value: 'application/pdf', label: t('papers.pdf') },
        { value: 'text/', label: t('papers.text') },
        { value: 'application/zip', label: t('papers.zip') },
      ],
    },
    { kind: 'dates', field: 'from', title: 'papers.when' },
  ],
  empty: { text: 'papers.empty' },
}

export function Belongs({ file }: { file: StoredFile }) {
  if (!file.subject) return <span className="quiet">–</span>
  const to = subjectPath(file.subject)
  return to ? <Link to={to} className="quiet-link">{file.subject.label}</Link> : file.subject.label
}

export function FilesPage() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <ListPage
        spec={files}
        peek={(id) => <FilePeek id={id} />}
        actions={
          can('create:file') && (
            <Button look="primary" icon={<Upload size={14} />} onClick={() => setOpen(true)}>
              {t('papers.upload')}
            </Button>
          )
        }
      />
      {open && <UploadDialog onClose={() => setOpen(false)} />}
    </>
  )
}
