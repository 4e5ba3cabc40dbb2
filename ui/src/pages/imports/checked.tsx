/** After the dry run: what would happen, which rows are bad and why, and what to do about them. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck } from 'lucide-react'
import { useState } from 'react'
import { post } from '@/api/client'
import type { Import } from '@/api/shapes'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { Button } from '@/parts/button'
import { Failure } from '@/parts/states'
import { BadRows } from './bad-rows'

type Mode = NonNullable<Import['mode']>
const modes = [
  { id: 'all_or_nothing', title: 'imports.allOrNothing', hint: 'imports.allOrNothingHint' },
  { id: 'skip_bad', title: 'imports.skipBad', hint: 'imports.skipBadHint' },
] as const

export function Checked({ data, onChange }: { data: Import; onChange: () => void }) {
  const client = useQueryClient()
  const good = data.result?.valid ?? 0
  const bad = data.result?.invalid ?? data.errorCount
  const [mode, setMode] = useState<Mode>('all_or_nothing')
  const run = useMutation({
    mutationFn: () => post<Import>(`/imports/${data.id}/run`, { mapping: data.mapping, mode }, crypto.randomUUID()),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['imports'] }),
  })
  const refuse = good === 0 ? t('imports.nothingGood') : bad > 0 && mode === 'all_or_nothing' ? t('imports.fixFirst') : undefined
  return (
    <>
      <p className={`verdict ${bad > 0 ? 'verdict-warn' : 'verdict-good'}`} role="status">
        {bad > 0 ? <CircleAlert size={18} aria-hidden /> : <CircleCheck size={18} aria-hidden />}
        {bad > 0 ? t('imports.verdictBad', { good: number(good), total: number(good + bad), n: bad }) : t('imports.verdictGood', { n: good })}
      </p>
      {bad > 0 && (
        <>
          <BadRows data={data} />
          <fieldset className="ways ways-row">
            <legend className="field-label">{t('imports.mode')}</legend>
            {modes.map((one) => (
              <label key={one.id} className={`way${mode === one.id ? ' way-on' : ''}`}>
                <input type="radio" name="mode" className="unseen" aria-label={t(one.title)} checked={mode === one.id} onChange={() => setMode(one.id)} />
                <span>
                  <strong>{t(one.title)}</strong>
                  <span className="way-hint">{t(one.hint)}</span>
                </span>
              </label>
            ))}
          </fieldset>
        </>
      )}
      {run.isError && <Failure problem={run.error} small />}
      <div className="sheet-foot">
        <Button onClick={onChange}>{t('imports.change')}</Button>
        <Button look="primary" refuse={refuse} busy={run.isPending} onClick={() => run.mutate()}>
          {t('imports.run', { n: good })}
        </Button>
      </div>
    </>
  )
}
