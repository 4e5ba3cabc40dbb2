/** The text of a policy, checked while it is typed. A complaint names line and column; pressing it goes there. */
import { useRef } from 'react'
import type { PolicyReport } from '@/api/shapes'
import { t } from '@/i18n'
import { placeOf } from './policy-text'

type Props = { value: string; onChange: (source: string) => void; report: PolicyReport | undefined; checking: boolean; locked: boolean; line: number | undefined }
export function Source({ value, onChange, report, checking, locked, line }: Props) {
  const area = useRef<HTMLTextAreaElement>(null)
  const lines = value.split('\n').length
  const wrong = new Set((report?.complaints ?? []).map((one) => one.line))
  const jump = (at: number, column: number) => {
    const place = placeOf(value, at, column)
    area.current?.focus()
    area.current?.setSelectionRange(place, place)
  }
  return (
    <div className="field">
      <label className="field-label" htmlFor="policy-source">
        {t('policy.source')}
      </label>
      <div className="code-room">
        <ol className="code-lines" aria-hidden>
          {Array.from({ length: Math.max(lines, 8) }, (_, i) => (
            <li key={i} className={wrong.has(i + 1) ? 'code-wrong' : line === i + 1 ? 'code-meant' : undefined}>
              {i + 1}
            </li>
          ))}
        </ol>
        <textarea
          ref={area}
          id="policy-source"
          className="code-area"
          rows={Math.max(lines, 8)}
          spellCheck={false}
          autoComplete="off"
          wrap="off"
          maxLength={8000}
          value={value}
          readOnly={locked}
          aria-invalid={report && !report.valid ? true : undefined}
          aria-describedby="policy-says"
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      <div id="policy-says" role="status" className="policy-says">
        {checking ? (
          <span className="quiet">{t('policy.checking')}</span>
        ) : !value.trim() ? (
          <span className="quiet">{t('policy.sourceHint')}</span>
        ) : report && report.complaints.length === 0 ? (
          <span className="may-yes">{t('policy.readable')}</span>
        ) : (
          <ul className="complaints">
            {(report?.complaints ?? []).map((one, i) => (
              <li key={i}>
                <button type="button" className="linkish" onClick={() => jump(one.line, one.column)}>
                  {t('policy.place', { line: one.line, column: one.column })}
                </button>{' '}
                {one.message}
                {one.help && <span className="quiet"> {one.help}</span>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}
