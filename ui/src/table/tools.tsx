/** Above the rows, at the right: saved views, columns and row height. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, ChevronDown, Columns3, Trash2 } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { post, read, remove } from '@/api/client'
import type { SavedView } from '@/api/shapes'
import { t } from '@/i18n'
import { useStore } from '@/lib/store'
import { Button, IconButton } from '@/parts/button'
import { Pop } from '@/parts/menu'
import { toast, toastProblem } from '@/parts/toasts'
import { can, useMe } from '@/session'
import type { ListSpec } from './spec'
import { parseSearch, viewQuery, type Search } from './url'
import { density, heights, type Columns, type Density } from './use-columns'

export function Views({ area, search, onChange }: { area: string; search: Search; onChange: (search: Search) => void }) {
  const [open, setOpen] = useState(false)
  const mine = useMe()
  const client = useQueryClient()
  const options = read<SavedView[]>('/views', { area })
  const views = useQuery({ ...options, staleTime: 60_000 })
  const refresh = () => client.invalidateQueries({ queryKey: ['views'] })
  const gone = useMutation({
    mutationFn: (view: SavedView) => remove(`/views/${view.id}`),
    onSuccess: (_, view) => (toast({ text: t('table.viewDeleted', { name: view.name }) }), refresh()),
    onError: toastProblem,
  })
  const now = viewQuery(search)
  const current = views.data?.find((view) => view.query === now)
  const show = (query: string) => {
    setOpen(false)
    onChange(parseSearch(query))
  }
  const groups = [
    { title: t('table.viewTeam'), views: views.data?.filter((view) => view.shared) ?? [] },
    { title: t('table.viewMine'), views: views.data?.filter((view) => !view.shared) ?? [] },
  ].filter((group) => group.views.length > 0)
  return (
    <Pop
      label={t('table.view')}
      align="end"
      open={open}
      onOpen={setOpen}
      trigger={
        <Button small look="quiet">
          <span className="quiet">{t('table.view')}:</span> {current?.name ?? (now === '' ? t('table.viewDefault') : '–')} <ChevronDown size={12} />
        </Button>
      }
    >
      <div className="pop-list">
        <button type="button" className="pop-item" aria-current={now === '' || undefined} onClick={() => show('')}>
          {t('table.viewDefault')}
        </button>
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            <div className="menu-heading">{group.title}</div>
            {group.views.map((view) => (
              <div key={view.id} className="pop-row">
                <button type="button" className="pop-item" aria-current={view === current || undefined} onClick={() => show(view.query)}>
                  {view.name}
                </button>
                {view.owner.id === mine.id && (
                  <IconButton label={t('table.viewDelete', { name: view.name })} onClick={() => gone.mutate(view)}>
                    <Trash2 size={13} />
                  </IconButton>
                )}
              </div>
            ))}
          </div>
        ))}
        {views.data?.length === 0 && now === '' && <p className="pop-note">{t('table.viewNone')}</p>}
        {now !== '' && !current && <SaveView area={area} query={now} onDone={() => (setOpen(false), refresh())} />}
      </div>
    </Pop>
  )
}

function SaveView({ area, query, onDone }: { area: string; query: string; onDone: () => void }) {
  const tenant = useMe().tenant.name
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const save = useMutation({
    mutationFn: () => post<SavedView>('/views', { area, name: name.trim(), query, shared }, crypto.randomUUID()),
    onSuccess: () => (toast({ text: t('table.viewSaved', { name: name.trim() }) }), onDone()),
    onError: toastProblem,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim()) save.mutate()
  }
  return (
    <form className="pop-form pop-more" onSubmit={submit}>
      <input className="input input-small" aria-label={t('table.viewName')} placeholder={t('table.viewName')} value={name} maxLength={80} onChange={(e) => setName(e.target.value)} />
      {can('share:view') && (
        <label className="check">
          <input type="checkbox" checked={shared} onChange={(e) => setShared(e.target.checked)} /> {t('table.viewShared', { tenant })}
        </label>
      )}
      <div className="pop-foot">
        <Button type="submit" small look="primary" busy={save.isPending} refuse={name.trim() === '' && t('table.viewName')}>
          {t('table.viewSave')}
        </Button>
      </div>
    </form>
  )
}

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
