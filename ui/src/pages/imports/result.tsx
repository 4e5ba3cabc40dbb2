/** What came of it, with the way to see it. */
import { CircleAlert, CircleCheck, CircleSlash } from 'lucide-react'
import type { Import, ImportKind } from '@/api/shapes'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Figure } from '@/record/record-page'
import { BadRows } from './bad-rows'

const where: Record<ImportKind, string> = { people: paths.people, products: paths.products, orders: paths.orders }

export function Result({ data }: { data: Import }) {
  const { result, state } = data
  const done = state === 'done'
  const Icon = done ? CircleCheck : state === 'failed' ? CircleAlert : CircleSlash
  const left = result?.skipped || result?.invalid || 0
  const text = done ? (left > 0 ? t('imports.doneSkipped', { n: left }) : t('imports.done')) : t(state === 'failed' ? 'imports.failed' : 'imports.cancelled')
  const seconds = data.finishedAt ? (Date.parse(data.finishedAt) - Date.parse(data.createdAt)) / 1000 : undefined
  return (
    <>
      <p className={`verdict ${done ? 'verdict-good' : 'verdict-warn'}`} role="status">
        <Icon size={18} aria-hidden /> {text}
      </p>
      {data.message && <p className="section-lead">{data.message}</p>}
      {result && (
        <div className="figures figures-plain">
          <Figure name={t('imports.inserted')}>{number(result.inserted)}</Figure>
          <Figure name={t('imports.updated')}>{number(result.updated)}</Figure>
          <Figure name={t('imports.skipped')}>{number(result.skipped)}</Figure>
          <Figure name={t('imports.rows')} note={seconds !== undefined && seconds < 600 ? t('imports.took', { seconds: seconds.toFixed(1) }) : undefined}>{number(data.rows)}</Figure>
        </div>
      )}
      {data.errorCount > 0 && <BadRows data={data} />}
      <div className="sheet-foot">
        <ButtonLink to={filtered(paths.imports, { kind: data.kind })}>{t('imports.again')}</ButtonLink>
        {done && <ButtonLink look="primary" to={where[data.kind]}>{t('imports.see', { what: word('imports', data.kind) })}</ButtonLink>}
      </div>
    </>
  )
}
