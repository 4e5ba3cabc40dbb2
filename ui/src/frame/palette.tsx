/** ⌘K: pages, records found by the engine, and what the page at hand can do. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Dialog } from 'radix-ui'
import { CreditCard, FileText, Package, Settings, UserRound, Zap, type LucideIcon } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { read } from '@/api/client'
import type { Hit, Money as MoneyValue } from '@/api/shapes'
import { t, type Right } from '@/i18n'
import { paletteOpen } from '@/lib/keys'
import { useStore } from '@/lib/store'
import { hitPath } from '@/paths'
import { Kbd } from '@/parts/button'
import { Money } from '@/parts/values'
import { can, sees } from '@/session'
import { actions } from './actions'
import { areas } from './areas'

type Item = { id: string; group: string; title: string; subtitle?: string | undefined; amount?: MoneyValue | undefined; icon: LucideIcon; keys?: string | undefined; run: () => void }
const icons: Record<Hit['type'], LucideIcon> = { user: UserRound, order: Package, payment: CreditCard, product: Package, file: FileText, setting: Settings }

export function Palette() {
  const open = useStore(paletteOpen)
  return (
    <Dialog.Root open={open} onOpenChange={(next) => paletteOpen.set(next)}>
      <Dialog.Portal>
        <div className="veil" />
        <Dialog.Content className="palette" aria-describedby={undefined} data-layer="">
          <Dialog.Title className="unseen">{t('frame.palette')}</Dialog.Title>
          <Inside onClose={() => paletteOpen.set(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Inside({ onClose }: { onClose: () => void }) {
  const [words, setWords] = useState('')
  const [at, setAt] = useState(0)
  const asked = useSettled(words.trim(), 70)
  const go = useNavigate()
  const here = useStore(actions)
  const found = useQuery({ ...read<Hit[]>('/search', { q: asked, limit: 12 }), enabled: asked.length > 1, placeholderData: keepPreviousData, staleTime: 10_000, retry: false })
  const listRef = useRef<HTMLDivElement>(null)

  const items = useMemo(() => {
    const fits = (text: string) => text.toLowerCase().includes(words.trim().toLowerCase())
    const records = asked.length > 1 ? (found.data ?? []) : []
    const starts = (item: Item) => words.trim() !== '' && item.title.toLowerCase().startsWith(words.trim().toLowerCase())
    const firsts = areas.filter((area) => (!area.right || sees(area.right)) && fits(t(area.title))).map((area): Item => ({ id: `p-${area.id}`, group: t('frame.palettePages'), title: t(area.title), icon: area.icon, keys: `G ${area.key.toUpperCase()}`, run: () => void go({ to: area.to }) }))
    // The pages beside an area's first are found by name; a list of all of them would only be in the way.
    const beside = words.trim() === '' ? [] : areas.flatMap((area) => (area.pages ?? []).filter((page) => page.to !== area.to && fits(t(page.title)) && mayOpen(page.right ?? area.right)).map((page): Item => ({ id: `p-${page.to}`, group: t('frame.palettePages'), title: t(page.title), subtitle: t(area.title), icon: area.icon, run: () => void go({ to: page.to }) })))
    // A page whose name begins with what was typed is most likely what was meant.
    const pages = [...firsts, ...beside]
    const meant = pages.filter(starts)
    const all: Item[] = [
      ...meant,
      ...here.flat().filter((one) => !one.refuse && fits(one.label)).map((one): Item => ({ id: `a-${one.id}`, group: t('frame.paletteActions'), title: one.label, icon: Zap, keys: one.keys, run: one.run })),
      ...records.map((hit): Item => ({ id: `r-${hit.type}-${hit.id}`, group: t('frame.paletteRecords'), title: hit.title, subtitle: hit.subtitle ?? undefined, amount: hit.amount ?? undefined, icon: icons[hit.type] ?? FileText, run: () => void go({ href: hitPath(hit) }) })),
      ...pages.filter((page) => !meant.includes(page)),
    ]
    return all
  }, [words, asked, found.data, here, go])
  const now = Math.min(at, items.length - 1)
  useEffect(() => setAt(0), [words])
  useEffect(() => {
    // Braces: newer browsers answer with a promise, which is no way to clean up.
    void listRef.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [now])

  const run = (item: Item | undefined) => {
    if (!item) return
    onClose()
    // After the palette gave focus back, so that a dialog the action opens can take it.
    setTimeout(item.run)
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (by && items.length > 0) {
      event.preventDefault()
      setAt((now + by + items.length) % items.length)
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault()
      run(items[now])
    }
  }
  return (
    <>
      <input
        className="palette-input"
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={items[now] ? `palette-${items[now].id}` : undefined}
        aria-label={t('frame.palette')}
        placeholder={t('frame.palettePlaceholder')}
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={onKeyDown}
        autoFocus
      />
      <div className="palette-list" id="palette-list" role="listbox" aria-label={t('frame.palette')} ref={listRef}>
        {items.map((item, i) => (
          <Line key={item.id} item={item} heading={items[i - 1]?.group === item.group ? undefined : item.group} on={i === now} onPick={() => run(item)} onHover={() => setAt(i)} />
        ))}
      </div>
      {found.isError && asked.length > 1 && <p className="palette-note">{t('frame.paletteFailed')}</p>}
      {items.length === 0 && !found.isFetching && words && <p className="palette-note">{t('frame.paletteNothing', { q: words })}</p>}
    </>
  )
}

function Line({ item, heading, on, onPick, onHover }: { item: Item; heading: ReactNode; on: boolean; onPick: () => void; onHover: () => void }) {
  const Icon = item.icon
  return (
    <>
      {heading && (
        <div className="menu-heading" role="presentation">
          {heading}
        </div>
      )}
      {/* The field above holds focus and takes the keys; the pointer picks here. */}
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */}
      <div id={`palette-${item.id}`} role="option" aria-selected={on} className="palette-item" onClick={onPick} onMouseMove={onHover}>
        <Icon size={15} aria-hidden />
        <span className="palette-title">{item.title}</span>
        {item.subtitle && <span className="palette-sub">{item.subtitle}</span>}
        <span className="spring" />
        {item.amount && <Money value={item.amount} />}
        {item.keys && <Kbd>{item.keys}</Kbd>}
      </div>
    </>
  )
}

const mayOpen = (right: Right | undefined) => !right || can(right)

function useSettled(value: string, ms: number) {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return useDeferredValue(settled)
}
