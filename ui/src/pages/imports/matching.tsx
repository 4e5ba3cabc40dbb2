/** Which column of the file is which field, with the first lines to look at while choosing. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '@/api/client'
import type { Import } from '@/api/shapes'
import { t, word } from '@/i18n'
import { Button } from '@/parts/button'
import { Failure } from '@/parts/states'
import { Section } from '@/record/record-page'

const marks: Record<string, 'comma' | 'semicolon' | 'tab' | 'pipe'> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' }
/** The engine names a field in English; here it is a word of the reader's language where there is one. */
export const fieldName = (data: Import, name: string) => {
  const known = word('importField', name)
  const own = data.fields.find((field) => field.name === name)?.label
  return known.toLowerCase() === name.toLowerCase() && own ? own : known
}

export function Matching({ data, onChecking }: { data: Import; onChecking: () => void }) {
  const client = useQueryClient()
  const [mapping, setMapping] = useState(data.mapping as Record<string, string | null>)
  const check = useMutation({
    mutationFn: () => post<Import>(`/imports/${data.id}/check`, { mapping }),
    onSuccess: () => {
      onChecking()
      void client.invalidateQueries({ queryKey: ['imports'] })
    },
  })
  const used = Object.values(mapping).filter((column): column is string => Boolean(column))
  const twice = used.find((column, i) => used.indexOf(column) !== i)
  const missing = data.fields.filter((field) => field.required && !mapping[field.name]).map((field) => fieldName(data, field.name))
  const refuse = missing.length > 0 ? t('imports.missing', { n: missing.length, names: missing.join(', ') }) : twice ? t('imports.twice', { column: twice }) : undefined
  return (
    <>
      <p className="section-lead">{t('imports.facts', { n: data.rows, encoding: data.encoding, mark: marks[data.delimiter] ? t(`imports.${marks[data.delimiter] ?? 'comma'}`) : data.delimiter })}</p>
      <Section title={t('imports.match')}>
        <p className="section-lead">{t('imports.matchLead')}</p>
        <table className="rows match" aria-label={t('imports.match')}>
          <thead>
            <tr>
              <th scope="col">{t('imports.field')}</th>
              <th scope="col">{t('imports.column')}</th>
              <th scope="col">{t('imports.sample')}</th>
            </tr>
          </thead>
          <tbody>
            {data.fields.map((field) => {
              const at = data.columns.indexOf(mapping[field.name] ?? '')
              const seen = at < 0 ? [] : data.sample.slice(0, 3).map((line) => line[at] ?? '').filter(Boolean)
              return (
                <tr key={field.name}>
                  <th scope="row">
                    {fieldName(data, field.name)} {field.required && <span className="quiet">{t('imports.needed')}</span>}
                  </th>
                  <td>
                    <select
                      className="input input-small select"
                      aria-label={fieldName(data, field.name)}
                      aria-invalid={field.required && at < 0 ? true : undefined}
                      value={mapping[field.name] ?? ''}
                      onChange={(event) => setMapping({ ...mapping, [field.name]: event.target.value || null })}
                    >
                      <option value="">{t('imports.notInFile')}</option>
                      {data.columns.map((column) => (
                        <option key={column} value={column}>
                          {column}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td className="sample">{seen.length > 0 ? seen.join(' · ') : <span className="quiet">–</span>}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </Section>
      <Section title={t('imports.sample')}>
        <div className="rows-wrap" role="group" aria-label={t('imports.sample')} tabIndex={0}>{/* eslint-disable-line jsx-a11y/no-noninteractive-tabindex -- it scrolls sideways, by keys too */}
          <table className="rows raw">
            <thead>
              <tr>
                {data.columns.map((column) => (
                  <th key={column} scope="col" className={used.includes(column) ? undefined : 'raw-unused'}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.sample.map((line, i) => (
                <tr key={i}>
                  {data.columns.map((column, j) => (
                    <td key={column} className={used.includes(column) ? undefined : 'raw-unused'}>
                      {line[j]}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      {check.isError && <Failure problem={check.error} small />}
      <div className="sheet-foot">
        {refuse && <span className="field-error">{refuse}</span>}
        <Button look="primary" refuse={refuse} busy={check.isPending} onClick={() => check.mutate()}>
          {t('imports.check')}
        </Button>
      </div>
    </>
  )
}
