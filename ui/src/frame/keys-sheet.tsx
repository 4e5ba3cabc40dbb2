/** ?: every key that holds now, grouped by where it holds. */
import { t, type Key } from '@/i18n'
import { sheetOpen, useScopes, type KeyUse } from '@/lib/keys'
import { useStore } from '@/lib/store'
import { Kbd } from '@/parts/button'
import { confirmKeys, Dialog } from '@/parts/dialog'
import { mod } from '@/shell'

const groups: { id: NonNullable<KeyUse['group']>; title: Key }[] = [
  { id: 'here', title: 'frame.keysHere' },
  { id: 'everywhere', title: 'frame.keysEverywhere' },
  { id: 'go', title: 'frame.keysGo' },
]
const drawn = (keys: string) => keys.split(' ').map((key) => key.replace('mod+', `${mod} `).replace('Escape', 'Esc').replace('Enter', '⏎').replace(/^[a-z]$/, (one) => one.toUpperCase()).replace(/ ([a-z])$/, (_, one: string) => ` ${one.toUpperCase()}`))

/** What holds without being announced: it belongs to lists and dialogs themselves. */
type Fixed = { keys: string[]; label: Key }
const inList: Fixed[] = [
  { keys: ['↑', '↓'], label: 'frame.keyArrows' },
  { keys: ['PgUp', 'PgDn'], label: 'frame.keyPage' },
  { keys: ['Home', 'End'], label: 'frame.keyEnds' },
  { keys: ['Esc'], label: 'frame.keyPeek' },
]
const inDialog: Fixed[] = [
  { keys: [confirmKeys], label: 'frame.keyConfirm' },
  { keys: ['Esc'], label: 'frame.keyClose' },
  { keys: ['Tab'], label: 'frame.keyNextField' },
]

/** The latest scope wins, so a key said twice is shown as it works now. */
const holding = (uses: KeyUse[]) => [...new Map(uses.filter((use) => use.label).map((use) => [use.keys, use])).values()]

export function KeysSheet() {
  const open = useStore(sheetOpen)
  const uses = holding(useScopes().flat())
  const onList = uses.some((use) => use.keys === 'j')
  return (
    <Dialog open={open} onClose={() => sheetOpen.set(false)} title={t('frame.keys')} wide>
      <div className="keys">
        {groups.map(({ id, title }) => (
          <Part key={id} title={title} lines={uses.filter((use) => (use.group ?? 'here') === id).map((use) => ({ keys: use.keys === 'j' ? ['J', 'K'] : drawn(use.keys), label: use.label as Key }))} />
        ))}
        {onList && <Part title="frame.keysList" lines={inList} />}
        <Part title="frame.keysDialog" lines={inDialog} />
      </div>
    </Dialog>
  )
}

const Part = ({ title, lines }: { title: Key; lines: Fixed[] }) =>
  lines.length > 0 && (
    <section>
      <h3 className="menu-heading">{t(title)}</h3>
      <dl className="keys-list">
        {lines.map((line) => (
          <div key={line.keys.join(' ')}>
            <dt>
              {line.keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{t(line.label)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
