/** The first step: what is in the file, and the file. Below it, everything brought in so far. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Package, ShoppingBag, Users, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { post, read } from '@/api/client'
import type { Import, ImportKind } from '@/api/shapes'
import { t, word, type Key } from '@/i18n'
import { number } from '@/lib/money'
import { paths } from '@/paths'
import { Failure, Part } from '@/parts/states'
import { State, When } from '@/parts/values'
import { DropZone } from '@/pages/files/drop'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { can } from '@/session'
import type { Column } from '@/table/spec'

const kinds: { id: ImportKind; hint: Key; icon: LucideIcon }[] = [
  { id: 'people', hint: 'imports.peopleHint', icon: Users },
  { id: 'products', hint: 'imports.productsHint', icon: Package },
  { id: 'orders', hint: 'imports.ordersHint', icon: ShoppingBag },
]

export function Imports() {
  const asked = (useSearch({ strict: false }) as Record<string, string>)['kind']
  const [kind, setKind] = useState<ImportKind>(kinds.find((one) => one.id === asked)?.id ?? 'people')
  const go = useNavigate()
  const bring = useMutation({
    mutationFn: (file: File) => {
      const body = new FormData()
      body.set('kind', kind)
      body.set('file', file)
      return post<Import>('/imports', body)
    },
    onSuccess: (made) => void go({ to: paths.importRun(made.id) }),
  })
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('imports.title')}</h1>
      </header>
      <div className="sheet">
        <p className="section-lead">{t('imports.lead')}</p>
        <fieldset className="ways ways-row">
          <legend className="field-label">{t('imports.what')}</legend>
          {kinds.map(({ id, hint, icon: Icon }) => (
            <label key={id} className={`way${kind === id ? ' way-on' : ''}`}>
              <input type="radio" name="kind" className="unseen" aria-label={word('imports', id)} checked={kind === id} onChange={() => setKind(id)} />
              <Icon size={18} aria-hidden />
              <span>
                <strong>{word('imports', id)}</strong>
                <span className="way-hint">{t(hint)}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <DropZone
          label={t('imports.file')}
          text={bring.isPending ? t('imports.reading', { name: bring.variables.name }) : t('imports.drop')}
          hint={t('imports.dropHint')}
          accept=".csv,text/csv,text/plain"
          busy={bring.isPending}
          onFiles={([file]) => file && bring.mutate(file)}
        />
        {bring.isError && <Failure problem={bring.error} small />}
        {can('run:import') && <History />}
      </div>
    </div>
  )
}

const columns: Column<Import>[] = [
  { id: 'file', title: 'imports.file', width: 200, grow: true, cell: (one) => <Link to={paths.importRun(one.id)} className="link">{one.fileName}</Link> },
  { id: 'kind', title: 'imports.kind', width: 100, cell: (one) => word('imports', one.kind) },
  { id: 'state', title: 'imports.state', width: 110, cell: (one) => <State value={one.state} /> },
  { id: 'rows', title: 'imports.rows', width: 80, end: true, cell: (one) => number(one.rows) },
  { id: 'new', title: 'imports.inserted', width: 80, end: true, cell: (one) => count(one.result?.inserted) },
  { id: 'changed', title: 'imports.updated', width: 80, end: true, cell: (one) => count(one.result?.updated) },
  { id: 'bad', title: 'imports.bad', width: 80, end: true, cell: (one) => count(one.errorCount) },
  { id: 'when', title: 'imports.when', width: 124, end: true, cell: (one) => <When at={one.createdAt} /> },
]
const count = (n: number | undefined) => (n ? number(n) : <span className="quiet">–</span>)

function History() {
  const all = useQuery(read<Import[]>('/imports', { limit: 50 }))
  return (
    <Section title={t('imports.history')}>
      <Part query={all}>{(rows) => <Rows label={t('imports.history')} columns={columns} rows={rows} id={(one) => one.id} empty={t('imports.noHistory')} />}</Part>
    </Section>
  )
}
