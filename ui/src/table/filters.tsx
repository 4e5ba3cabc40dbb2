/** Filters as chips that live in the address, and the menu that adds one. */
import { ListFilter, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { t } from '@/i18n'
import { Button, IconButton } from '@/parts/button'
import { Pop } from '@/parts/menu'
import { can } from '@/session'
import { Editor } from './editors'
import type { Filter } from './spec'
import { chipText, isSet, setFilters, without, type Search } from './url'

/** Whether the record a filter is about may be looked up. */
const mayLook = (filter: Filter) => filter.kind !== 'record' || !filter.right || can(filter.right)

type Props = { filters: Filter[]; search: Search; onChange: (search: Search) => void }

export function Filters({ filters, search, onChange }: Props) {
  const set = setFilters(filters, search)
  return (
    <div className="chips">
      {set.map((filter) => (
        <Chip key={filter.field} filter={filter} search={search} onChange={onChange} />
      ))}
      <Add filters={filters.filter((filter) => !isSet(filter, search) && !(filter.kind === 'record' && (filter.linked || !mayLook(filter))))} search={search} onChange={onChange} />
      {set.length > 1 && (
        <button type="button" className="linkish" onClick={() => onChange(set.reduce((now, filter) => without(filter, now), search))}>
          {t('table.clearFilters')}
        </button>
      )}
    </div>
  )
}

function Chip({ filter, search, onChange }: { filter: Filter; search: Search; onChange: Props['onChange'] }) {
  const [open, setOpen] = useState(false)
  const name = t(filter.title)
  const text = useChipText(filter, search)
  return (
    <span className="chip">
      <Pop
        label={t('table.chooseValues', { name })}
        open={open}
        onOpen={setOpen}
        trigger={
          <button type="button" className="chip-text" title={t('table.editFilter', { name })}>
            <span className="quiet">{name}:</span> {text}
          </button>
        }
      >
        <Editor filter={filter} search={search} onDone={(next) => (setOpen(false), onChange(next))} onChange={onChange} />
      </Pop>
      <button type="button" className="chip-x" aria-label={t('table.removeFilter', { name })} onClick={() => onChange(without(filter, search))}>
        <X size={12} />
      </button>
    </span>
  )
}

function useChipText(filter: Filter, search: Search) {
  const id = filter.kind === 'record' ? search[filter.field] : undefined
  const [name, setName] = useState<string>()
  useEffect(() => {
    if (filter.kind !== 'record' || !id || !mayLook(filter)) return
    let here = true
    void filter.name(id).then((found) => here && setName(found), () => undefined)
    return () => {
      here = false
    }
  }, [filter, id])
  return filter.kind === 'record' ? (name ?? `…${id?.slice(-4) ?? ''}`) : chipText(filter, search)
}

function Add({ filters, search, onChange }: Props) {
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState<Filter>()
  const listRef = useRef<HTMLDivElement>(null)
  if (filters.length === 0) return null
  const toggle = (next: boolean) => {
    setOpen(next)
    if (!next) setChosen(undefined)
  }
  const done = (next: Search) => {
    toggle(false)
    onChange(next)
  }
  const pick = (filter: Filter) => (filter.kind === 'flag' ? done({ ...search, [filter.field]: 'true' }) : setChosen(filter))
  return (
    <Pop
      label={t('table.addFilter')}
      open={open}
      onOpen={toggle}
      trigger={
        <Button small look="quiet" icon={<ListFilter size={13} />}>
          {t('table.filter')}
        </Button>
      }
    >
      {chosen ? (
        <Editor filter={chosen} search={search} onDone={done} onChange={onChange} />
      ) : (
        // Arrow keys move among the fields, as they do in a menu.
        // eslint-disable-next-line jsx-a11y/no-static-element-interactions
        <div
          className="pop-list"
          ref={listRef}
          onKeyDown={(event) => {
            const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
            if (!by) return
            event.preventDefault()
            const all = [...(listRef.current?.querySelectorAll('button') ?? [])]
            const at = all.findIndex((one) => one === document.activeElement)
            all[(at + by + all.length) % all.length]?.focus()
          }}
        >
          {filters.map((filter) => (
            <button key={filter.field} type="button" className="pop-item" onClick={() => pick(filter)}>
              {t(filter.title)}
            </button>
          ))}
        </div>
      )}
    </Pop>
  )
}

export const ClearButton = ({ onClick, label }: { onClick: () => void; label: string }) => (
  <IconButton label={label} onClick={onClick}>
    <X size={14} />
  </IconButton>
)
