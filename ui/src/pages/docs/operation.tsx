/** One operation: what it takes, what it answers, and, for reading, the answer now. */
import { useState } from 'react'
import { t, word, type Right } from '@/i18n'
import { can } from '@/session'
import { schemaOf, shape, typeOf, type Document, type Entry } from './model'
import { Try } from './try'

export function OperationLine({ document, entry }: { document: Document; entry: Entry }) {
  const [open, setOpen] = useState(false)
  return (
    <details className="op" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="op-verb">{entry.method}</span>
        <code className="op-path">{entry.path}</code>
        <span className="quiet">{entry.summary}</span>
      </summary>
      {open && <Body document={document} entry={entry} />}
    </details>
  )
}

function Body({ document, entry }: { document: Document; entry: Entry }) {
  const right = entry['x-permission']
  const body = entry.requestBody?.content
  return (
    <div className="op-body">
      <p>
        {right ? (
          <>
            {t('docs.permission')} <code>{right}</code> ({word('permission', right)}). {!can(right as Right) && <span className="field-error">{t('docs.youLack')}</span>}
          </>
        ) : (
          t(entry.security?.length ? 'docs.signedIn' : 'docs.public')
        )}
      </p>
      {entry.description && <p className="section-lead">{entry.description}</p>}
      {(entry.parameters?.length ?? 0) > 0 && (
        <table className="rows" aria-label={t('docs.parameters')}>
          <thead>
            <tr>
              <th scope="col">{t('docs.parameter')}</th>
              <th scope="col">{t('docs.where')}</th>
              <th scope="col">{t('docs.type')}</th>
              <th scope="col">{t('docs.meaning')}</th>
            </tr>
          </thead>
          <tbody>
            {entry.parameters?.map((parameter) => (
              <tr key={`${parameter.in}-${parameter.name}`}>
                <td>
                  <code>{parameter.name}</code> {parameter.required && <span className="quiet">{t('imports.needed')}</span>}
                </td>
                <td>{word('docs', parameter.in)}</td>
                <td>
                  <code>{shape(document, parameter.schema)}</code>
                </td>
                <td>{parameter.description ?? parameter.schema?.description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {body && <Shape title={`${t('docs.body')} · ${typeOf(body) ?? ''}`} text={shape(document, schemaOf(body))} />}
      {Object.entries(entry.responses ?? {})
        .filter(([status]) => status.startsWith('2'))
        .map(([status, response]) => (
          <Shape key={status} title={`${t('docs.answer')} ${status}${typeOf(response.content) ? ` · ${typeOf(response.content) ?? ''}` : ''}`} text={response.content && schemaOf(response.content) ? shape(document, schemaOf(response.content)) : response.description || t('docs.nothing')} />
        ))}
      {entry.method === 'GET' ? <Try entry={entry} /> : <p className="quiet">{t('docs.onlyGet')}</p>}
    </div>
  )
}

export const Shape = ({ title, text }: { title: string; text: string }) => (
  <div>
    <h3 className="field-label">{title}</h3>
    {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keys too */}
    <pre className="shape" tabIndex={0} aria-label={title} role="group">
      {text}
    </pre>
  </div>
)
