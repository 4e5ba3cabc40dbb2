/** Before and after, field by field: what changed first, the rest on request. */
import { useState, type ReactNode } from 'react'
import { t } from '@/i18n'
import { diff, isMoney } from '@/lib/diff'
import { Money } from '@/parts/values'

const show = (value: unknown): ReactNode => {
  if (value === undefined || value === null) return <span className="quiet">–</span>
  if (isMoney(value)) return <Money value={value} />
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function Diff({ before, after }: { before: unknown; after: unknown }) {
  const [all, setAll] = useState(false)
  const changes = diff(before, after)
  const changed = changes.filter((change) => change.changed)
  const shown = all ? changes : changed
  if (changes.length === 0) return <p className="quiet">{t('common.noChange')}</p>
  return (
    <div className="diff">
      <table className="rows diff-rows">
        <thead>
          <tr>
            <th scope="col">{t('common.changed')}</th>
            <th scope="col">{t('common.before')}</th>
            <th scope="col">{t('common.after')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((change) => (
            <tr key={change.field} className={change.changed ? 'diff-changed' : undefined}>
              <th scope="row">
                <code>{change.field || '·'}</code>
              </th>
              <td className="diff-before">{show(change.before)}</td>
              <td className="diff-after">{show(change.after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {changed.length < changes.length && (
        <button type="button" className="linkish" onClick={() => setAll(!all)}>
          {all ? t('common.changed') : `${t('common.all')} (${changes.length})`}
        </button>
      )}
    </div>
  )
}
