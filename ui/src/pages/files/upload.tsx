/** A file brought without standing on the record it belongs to: choose it, then say what it belongs to. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post } from '@/api/client'
import type { Hit, StoredFile } from '@/api/shapes'
import { FindField } from '@/forms/find'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t, word } from '@/i18n'
import { bytes } from '@/lib/text'
import { paths } from '@/paths'
import { toast } from '@/parts/toasts'
import { DropZone } from './drop'

export function UploadDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const [file, setFile] = useState<File>()
  const form = useForm({
    initial: { subjectType: '', subjectId: '', label: '' },
    send: ({ subjectType, subjectId }) => {
      const body = new FormData()
      body.set('subjectType', subjectType)
      body.set('subjectId', subjectId)
      if (file) body.set('file', file)
      return post<StoredFile>('/files', body)
    },
    onDone: (stored) => {
      void client.invalidateQueries({ queryKey: ['files'] })
      toast({ text: t('files.added', { name: stored.name }), link: { to: paths.file(stored.id), label: t('common.open') } })
      onClose()
    },
  })
  const find = async (words: string) =>
    words.length < 2
      ? []
      : (await get<Hit[]>('/search', { q: words, limit: 20 }))
          .filter((hit) => hit.type === 'order' || hit.type === 'user')
          .map((hit) => ({ value: hit.id, label: hit.title, note: [word('thing', hit.type), hit.subtitle].filter(Boolean).join(' · '), record: hit }))
  return (
    <FormDialog
      form={form}
      title={t('papers.uploadTitle')}
      lead={t('papers.uploadLead')}
      deed={file ? t('papers.attach', { name: file.name }) : t('papers.upload')}
      refuse={!file ? t('papers.needFile') : !form.values.subjectId && t('papers.needSubject')}
      onClose={onClose}
    >
      <DropZone label={t('papers.file')} text={file ? `${file.name} · ${bytes(file.size)}` : t('papers.drop')} onFiles={(chosen) => setFile(chosen[0])} />
      <FindField
        label={t('papers.kindOfSubject')}
        shown={form.values.label}
        placeholder={t('papers.findSubject')}
        find={find}
        onPick={({ record }) => {
          form.set('subjectType', record.type)
          form.set('subjectId', record.id)
          form.set('label', record.title)
        }}
        field="subjectId"
        error={form.errors['subjectId']}
      />
    </FormDialog>
  )
}
