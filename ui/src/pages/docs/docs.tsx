/** Every operation of the engine that serves this page, read from its own document, with reading tried in place. */
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { problemFrom } from '@/api/problem'
import { send } from '@/api/send'
import { t } from '@/i18n'
import { useKeys } from '@/lib/keys'
import { Empty, Part } from '@/parts/states'
import { Section } from '@/record/record-page'
import { entries, type Document } from './model'
import { OperationLine } from './operation'

const document = {
  queryKey: ['openapi'],
  staleTime: Infinity,
  queryFn: async (): Promise<Document> => {
    const response = await send({ method: 'GET', path: '/api/openapi.json' })
    if (!response.ok) throw await problemFrom(response)
    return (await response.json()) as Document
  },
}

export function Docs() {
  const query = useQuery(document)
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('docs.title')}</h1>
        {query.data && <span className="page-count">{query.data.info.version}</span>}
        <span className="spring" />
        <a className="btn btn-plain" href="/api/openapi.json" download="openapi.json">
          <Download size={14} /> {t('docs.raw')}
        </a>
      </header>
      <div className="sheet sheet-wide">
        <p className="section-lead">{t('docs.lead')}</p>
        <Part query={query} lines={12}>
          {(data) => <All document={data} />}
        </Part>
      </div>
    </div>
  )
}

function All({ document: data }: { document: Document }) {
  const [words, setWords] = useState('')
  const all = useMemo(() => entries(data), [data])
  const asked = words.trim().toLowerCase()
  const shown = all.filter((entry) => !asked || `${entry.method} ${entry.path} ${entry.summary ?? ''} ${entry.id} ${entry['x-permission'] ?? ''}`.toLowerCase().includes(asked))
  const areas = [...new Set(shown.map((entry) => entry.area))].toSorted()
  useKeys([{ keys: '/', label: 'docs.search', run: () => globalThis.document.getElementById('docs-search')?.focus() }])
  return (
    <>
      <input id="docs-search" type="search" className="input" aria-label={t('docs.search')} placeholder={t('docs.search')} value={words} onChange={(event) => setWords(event.target.value)} />
      {shown.length === 0 && <Empty>{t('docs.none')}</Empty>}
      {areas.map((area) => {
        const here = shown.filter((entry) => entry.area === area)
        return (
          <Section key={area} title={area.charAt(0).toUpperCase() + area.slice(1)} count={here.length}>
            <div className="ops">
              {here.map((entry) => (
                <OperationLine key={entry.id} document={data} entry={entry} />
              ))}
            </div>
          </Section>
        )
      })}
    </>
  )
}
