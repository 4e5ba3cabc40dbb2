/** Saved views: filters and order under a name, for oneself or the team; saved, renamed, brought up to date, shared and deleted here. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ChevronDown, Pencil, Trash2 } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { patch, post, read, remove } from '@/api/client'
import type { SavedView } from '@/api/shapes'
import { t } from '@/i18n'
import { Button, IconButton } from '@/parts/button'
import { Pop } from '@/parts/menu'
import { toast, toastProblem } from '@/parts/toasts'
import { can, useMe } from '@/session'
import { parseSearch, viewQuery, type Search } from './url'

export function Views({ area, search, onChange }: { area: string; search: Search; onChange: (search: Search) => void }) {
  const [open, setOpen] = useState(false)
  const [editing, setEditing] = useState<string>()
  const [deleting, setDeleting] = useState<string>()
  const client = useQueryClient()
  const views = useQuery({ ...read<SavedView[]>('/views', { area }), staleTime: 60_000 })
  const refresh = () => client.invalidateQueries({ queryKey: ['views'] })
  const gone = useMutation({
    mutationFn: (view: SavedView) => remove(`/views/${view.id}`),
    onSuccess: (_, view) => (toast({ text: t('table.viewDeleted', { name: view.name }) }), refresh()),
    onError: toastProblem,
    onSettled: () => setDeleting(undefined),
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
      onOpen={(next) => (setOpen(next), setEditing(undefined), setDeleting(undefined))}
      trigger={
        <Button small look="quiet">
          <span className="quiet">{t('table.view')}:</span> {current?.name ?? t(now === '' ? 'table.viewDefault' : 'table.viewOwn')} <ChevronDown size={12} />
        </Button>
      }
    >
      <div className="pop-list pop-views">
        <button type="button" className="pop-item" aria-current={now === '' || undefined} onClick={() => show('')}>
          {t('table.viewDefault')}
        </button>
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            <div className="menu-heading">{group.title}</div>
            {group.views.map((view) =>
              editing === view.id ? (
                <ViewForm key={view.id} view={view} area={area} query={now} onDone={() => (setEditing(undefined), void refresh())} onCancel={() => setEditing(undefined)} />
              ) : (
                <Line key={view.id} view={view} current={view === current} asked={deleting === view.id} onShow={() => show(view.query)} onEdit={() => setEditing(view.id)} onAsk={() => setDeleting(view.id)} onDelete={() => gone.mutate(view)} />
              ),
            )}
          </div>
        ))}
        {views.data?.length === 0 && now === '' && <p className="pop-note">{t('table.viewNone')}</p>}
        {now !== '' && !current && editing === undefined && <ViewForm area={area} query={now} onDone={() => (setOpen(false), void refresh())} />}
      </div>
    </Pop>
  )
}

type LineProps = { view: SavedView; current: boolean; asked: boolean; onShow: () => void; onEdit: () => void; onAsk: () => void; onDelete: () => void }
/** One view. What others made can be used; only its owner changes it, and deleting asks once more in place. */
function Line({ view, current, asked, onShow, onEdit, onAsk, onDelete }: LineProps) {
  const mine = useMe().id === view.owner.id
  return (
    <div className="pop-row">
      <button type="button" className="pop-item" aria-current={current || undefined} onClick={onShow}>
        <span className="pop-name">{view.name}</span>
        {!mine && <span className="quiet">{view.owner.name}</span>}
      </button>
      {mine && !asked && (
        <>
          <IconButton label={t('table.viewEdit', { name: view.name })} hint={false} onClick={onEdit}>
            <Pencil size={13} />
          </IconButton>
          <IconButton label={t('table.viewDelete', { name: view.name })} hint={false} onClick={onAsk}>
            <Trash2 size={13} />
          </IconButton>
        </>
      )}
      {mine && asked && (
        <Button small look="danger" autoFocus aria-label={t('table.viewDelete', { name: view.name })} onClick={onDelete}>
          {t('table.viewDeleteNow')}
        </Button>
      )}
    </div>
  )
}

type FormProps = { view?: SavedView; area: string; query: string; onDone: () => void; onCancel?: () => void }
/** A new view's name, or a kept one's name, reach and contents. */
function ViewForm({ view, area, query, onDone, onCancel }: FormProps) {
  const tenant = useMe().tenant.name
  const [name, setName] = useState(view?.name ?? '')
  const [shared, setShared] = useState(view?.shared ?? false)
  const [renew, setRenew] = useState(false)
  const other = view !== undefined && query !== view.query
  const save = useMutation({
    mutationFn: () =>
      view ? patch<SavedView>(`/views/${view.id}`, { name: name.trim(), shared, ...(renew ? { query } : {}) }) : post<SavedView>('/views', { area, name: name.trim(), query, shared }, crypto.randomUUID()),
    onSuccess: () => (toast({ text: t('table.viewSaved', { name: name.trim() }) }), onDone()),
    onError: toastProblem,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim()) save.mutate()
  }
  return (
    <form className={view ? 'pop-form' : 'pop-form pop-more'} onSubmit={submit}>
      <input className="input input-small" aria-label={t('table.viewName')} placeholder={t('table.viewName')} value={name} maxLength={80} autoFocus={view !== undefined} onChange={(e) => setName(e.target.value)} />
      {can('share:view') && (
        <label className="check">
          <input type="checkbox" checked={shared} onChange={(e) => setShared(e.target.checked)} /> {t('table.viewShared', { tenant })}
        </label>
      )}
      {other && (
        <label className="check">
          <input type="checkbox" checked={renew} onChange={(e) => setRenew(e.target.checked)} /> {t('table.viewRenew')}
        </label>
      )}
      <div className="pop-foot">
        {onCancel && (
          <Button small onClick={onCancel}>
            {t('common.cancel')}
          </Button>
        )}
        <Button type="submit" small look="primary" busy={save.isPending} refuse={name.trim() === '' && t('table.viewName')}>
          {t(view ? 'common.save' : 'table.viewSave')}
        </Button>
      </div>
    </form>
  )
}
