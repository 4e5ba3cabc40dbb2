/** The files of one record: put there by button or by dropping them, fetched as downloads, removed after a question. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Download, FileText, Paperclip, Trash2 } from 'lucide-react'
import { useRef, useState, type DragEvent, type ReactNode } from 'react'
import { post, read, remove } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'
import type { StoredFile } from '@/api/shapes'
import { t } from '@/i18n'
import { download } from '@/lib/download'
import { bytes } from '@/lib/text'
import { Button, IconButton } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Failure, Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { When } from '@/parts/values'
import { can } from '@/session'
import { Section } from './record-page'

type Going = { id: string; name: string; problem?: Problem; again: () => void }

/** `hides`: files that are shown elsewhere on the page; `deed`: what else can be done with one. */
type Props = { type: 'order' | 'user' | 'product'; id: string; hides?: ReadonlySet<string>; deed?: (file: StoredFile) => ReactNode }
export function Files({ type, id, hides, deed }: Props) {
  const client = useQueryClient()
  const options = read<StoredFile[]>('/files', { subjectType: type, subjectId: id, limit: 100 })
  const files = useQuery({ ...options, enabled: can('read:file') })
  const picker = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [going, setGoing] = useState<Going[]>([])
  const mayAdd = can('create:file')

  const upload = async (file: File) => {
    const mark = crypto.randomUUID()
    const drop = () => setGoing((now) => now.filter((one) => one.id !== mark))
    setGoing((now) => [...now, { id: mark, name: file.name, again: () => (drop(), void upload(file)) }])
    const form = new FormData()
    form.set('subjectType', type)
    form.set('subjectId', id)
    form.set('file', file)
    try {
      const stored = await post<StoredFile>('/files', form)
      drop()
      toast({ text: t('files.added', { name: stored.name }) })
      await client.invalidateQueries({ queryKey: ['files'] })
    } catch (error) {
      setGoing((now) => now.map((one) => (one.id === mark ? { ...one, problem: asProblem(error) } : one)))
    }
  }
  const take = (list: FileList | null) => Array.from(list ?? []).forEach((file) => void upload(file))
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (mayAdd) take(event.dataTransfer.files)
  }
  if (!can('read:file')) return null
  return (
    <Section
      title={t('files.title')}
      {...(files.data ? { count: files.data.filter((file) => !hides?.has(file.id)).length } : {})}
      actions={
        mayAdd && (
          <>
            <input ref={picker} type="file" multiple hidden aria-label={t('files.add')} onChange={(event) => (take(event.target.files), (event.target.value = ''))} />
            <Button small icon={<Paperclip size={13} />} onClick={() => picker.current?.click()}>
              {t('files.add')}
            </Button>
          </>
        )
      }
    >
      {/* Dropping is the pointer's way; the button above is everyone's. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="group"
        aria-label={t('files.title')}
        className={`drop${over ? ' drop-over' : ''}`}
        onDragOver={(event) => {
          if (!mayAdd || !event.dataTransfer.types.includes('Files')) return
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Part query={files} lines={2}>
          {(all) => {
            const rows = all.filter((file) => !hides?.has(file.id))
            return (
              <ul className="file-list">
                {rows.map((file) => (
                  <Row key={file.id} file={file} deed={deed?.(file)} onGone={() => void client.invalidateQueries({ queryKey: ['files'] })} />
                ))}
                {rows.length === 0 && going.length === 0 && <li className="quiet">{t(mayAdd ? 'files.none' : 'files.noneHere')}</li>}
              </ul>
            )
          }}
        </Part>
        {going.map((one) =>
          one.problem ? (
            <div key={one.id} className="file-failed">
              <strong>{one.name}</strong>
              <Failure problem={one.problem} small retry={one.again} />
            </div>
          ) : (
            <p key={one.id} className="quiet" role="status">
              {t('files.adding', { name: one.name })}
            </p>
          ),
        )}
      </div>
    </Section>
  )
}

function Row({ file, deed, onGone }: { file: StoredFile; deed?: ReactNode; onGone: () => void }) {
  const save = () =>
    download(`/files/${file.id}/download`, file.name).then(
      (name) => name && toast({ text: t('table.exported', { name }) }),
      (error: unknown) => asProblem(error).code !== 'aborted' && toastProblem(error),
    )
  const drop = () =>
    confirm({
      title: t('files.removeTitle', { name: file.name }),
      body: t('files.removeBody'),
      deed: t('files.remove'),
      danger: true,
      name: file.name,
      run: async () => {
        await remove(`/files/${file.id}`)
        toast({ text: t('files.removed', { name: file.name }) })
        onGone()
      },
    })
  return (
    <li className="file">
      <FileText size={14} aria-hidden />
      <button type="button" className="link file-name" onClick={() => void save()}>
        {file.name}
      </button>
      <span className="quiet">{bytes(file.size)}</span>
      <span className="spring" />
      <span className="quiet">
        {file.uploadedBy && `${t('common.by', { name: file.uploadedBy.name })} · `}
        <When at={file.createdAt} />
      </span>
      {deed}
      <IconButton label={t('files.download', { name: file.name })} onClick={() => void save()}>
        <Download size={14} />
      </IconButton>
      {can('delete:file') && (
        <IconButton label={t('files.removeTitle', { name: file.name })} onClick={drop}>
          <Trash2 size={14} />
        </IconButton>
      )}
    </li>
  )
}
