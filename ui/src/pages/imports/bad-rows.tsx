/** Bad rows by line and field, as a table to read and as a file to mend them by. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { list } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { Import, ImportError } from '@/api/shapes'
import { t } from '@/i18n'
import { download } from '@/lib/download'
import { Button } from '@/parts/button'
import { Bones, Failure } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { fieldName } from './matching'

export function BadRows({ data }: { data: Import }) {
  const query = useInfiniteQuery(list<ImportError>(`/imports/${data.id}/errors`, {}, 50))
  const rows = (query.data?.pages ?? []).flatMap((page) => page.rows)
  const save = () =>
    void download(`/imports/${data.id}/errors.csv`, `${data.fileName.replace(/\.\w+$/, '')}-errors.csv`).then(
      (name) => name && toast({ text: t('papers.saved', { name }) }),
      (error: unknown) => asProblem(error).code !== 'aborted' && toastProblem(error),
    )
  return (
    <Section
      title={t('imports.errors')}
      count={data.errorCount}
      actions={
        <Button small icon={<Download size={13} />} onClick={save}>
          {t('imports.errorsCsv')}
        </Button>
      }
    >
      {query.isPending ? (
        <Bones lines={4} />
      ) : query.isError && rows.length === 0 ? (
        <Failure problem={query.error} retry={() => void query.refetch()} />
      ) : (
        <Rows
          label={t('imports.errors')}
          rows={rows.map((row, i) => ({ ...row, i }))}
          id={(row) => `${row.line}-${row.field ?? ''}-${row.i}`}
          empty={t('common.none')}
          columns={[
            { id: 'line', title: 'imports.line', width: 64, end: true, cell: (row) => row.line },
            { id: 'field', title: 'imports.field', width: 150, cell: (row) => (row.field ? fieldName(data, row.field) : <span className="quiet">{t('imports.wholeLine')}</span>) },
            { id: 'value', title: 'imports.value', width: 170, cell: (row) => (row.value ? <code>{row.value}</code> : <span className="quiet">–</span>) },
            { id: 'why', title: 'imports.why', width: 240, grow: true, cell: (row) => row.message },
          ]}
        />
      )}
      {query.hasNextPage && (
        <Button small busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('imports.more')}
        </Button>
      )}
    </Section>
  )
}
