/** Above the rows, at the right: columns and row height. */
import { ArrowDown, ArrowUp, Columns3 } from 'lucide-react'
import { t } from '@/i18n'
import { useStore } from '@/lib/store'
import { Button, IconButton } from '@/parts/button'
import { Pop } from '@/parts/menu'
import type { ListSpec } from './spec'
import { density, heights, type Columns, type Density } from './use-columns'

export function ColumnsMenu<R extends { id: string }>({ spec, columns }: { spec: ListSpec<R>; columns: Columns<R> }) {
  const row = useStore(density)
  const sizes = Object.keys(heights) as Density[]
  return (
    <Pop
      label={t('table.columns')}
      align="end"
      trigger={
        <Button small look="quiet" icon={<Columns3 size={14} />} aria-label={t('table.columns')}>
          <span className="wide-only">{t('table.columns')}</span>
        </Button>
      }
    >
      <div className="pop-list pop-columns">
        {columns.order.map((id, i) => {
          const column = spec.columns.find((one) => one.id === id)
          if (!column) return null
          const name = t(column.title)
          const header = columns.table.getColumn(id)
          return (
            <div key={id} className="pop-row">
              <label className="pop-item">
                <input type="checkbox" checked={columns.visible[id] ?? true} onChange={() => header?.toggleVisibility()} /> {name}
              </label>
              <IconButton label={t('table.columnUp', { name })} hint={false} refuse={i === 0 && '–'} onClick={() => columns.step(id, -1)}>
                <ArrowUp size={13} />
              </IconButton>
              <IconButton label={t('table.columnDown', { name })} hint={false} refuse={i === columns.order.length - 1 && '–'} onClick={() => columns.step(id, 1)}>
                <ArrowDown size={13} />
              </IconButton>
            </div>
          )
        })}
        {columns.waiting > 0 && <p className="pop-note">{t('table.columnsWaiting', { n: columns.waiting })}</p>}
        {columns.changed && (
          <button type="button" className="pop-item" onClick={columns.reset}>
            {t('table.columnsReset')}
          </button>
        )}
        <fieldset className="segments pop-more">
          <legend className="menu-heading">{t('table.density')}</legend>
          {sizes.map((size) => (
            <label key={size} className="segment">
              <input type="radio" name="density" checked={row === size} onChange={() => density.set(size)} /> {t(`table.${size}`)}
            </label>
          ))}
        </fieldset>
      </div>
    </Pop>
  )
}
