/** One import from its columns to its result. The engine knows where it stands; the page shows the step that follows. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { read } from '@/api/client'
import type { Import, ImportState } from '@/api/shapes'
import { t, word, type Key } from '@/i18n'
import { paths } from '@/paths'
import { Part } from '@/parts/states'
import { State } from '@/parts/values'
import { RecordHeader } from '@/record/record-page'
import { Checked } from './checked'
import { Matching } from './matching'
import { Result } from './result'
import { Working } from './working'

const steps: Key[] = ['imports.stepFile', 'imports.stepMatch', 'imports.stepCheck', 'imports.stepDone']
const stepOf: Record<ImportState, number> = { uploaded: 1, checking: 2, checked: 2, running: 3, done: 3, failed: 3, cancelled: 3 }
const busy = (state: ImportState | undefined) => state === 'checking' || state === 'running'

export function ImportPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  // Events bring progress at once; asking every second is for when they are lost.
  const query = useQuery({ ...read<Import>(`/imports/${id}`), refetchInterval: ({ state }) => (busy(state.data?.state) ? 1000 : false) })
  const [again, setAgain] = useState(false)
  return (
    <Part query={query} lines={8} whole>
      {(data) => {
        const matching = data.state === 'uploaded' || (again && data.state === 'checked')
        const step = matching ? 1 : stepOf[data.state]
        return (
          <div className="record">
            <RecordHeader up={{ to: paths.imports, label: t('imports.title') }} title={data.fileName} marks={<><span>{word('imports', data.kind)}</span><State value={data.state} /></>} />
            <div className="sheet sheet-wide">
              <ol className="steps" aria-label={t('imports.steps')}>
                {steps.map((title, i) => (
                  <li key={title} className={i < step ? 'step step-past' : i === step ? 'step step-now' : 'step'} aria-current={i === step ? 'step' : undefined}>
                    <span className="step-mark" aria-hidden>{i + 1}</span> {t(title)}
                  </li>
                ))}
              </ol>
              {matching ? <Matching data={data} onChecking={() => setAgain(false)} /> : busy(data.state) ? <Working data={data} /> : data.state === 'checked' ? <Checked data={data} onChange={() => setAgain(true)} /> : <Result data={data} />}
            </div>
          </div>
        )
      }}
    </Part>
  )
}
