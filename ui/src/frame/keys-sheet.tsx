/** ?: every key that holds now, grouped by where it holds. */
import { t, type Key } from '@/i18n'
import { sheetOpen, useScopes, type KeyUse } from '@/lib/keys'
import { useStore } from '@/lib/store'
import { Kbd } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { mod } from '@/shell'

const groups: { id: NonNullable<KeyUse['group']>; title: Key }[] = [
  { id: 'here', title: 'frame.keysHere' },
  { id: 'everywhere', title: 'frame.keysEverywhere' },
  { id: 'go', title: 'frame.keysGo' },
]
const drawn = (keys: string) => keys.split(' ').map((key) => key.replace('mod+', `${mod} `).replace('Escape', 'Esc').replace('Enter', '⏎').replace(/^[a-z]$/, (one) => one.toUpperCase()).replace(/ ([a-z])$/, (_, one: string) => ` ${one.toUpperCase()}`))

export function KeysSheet() {
  const open = useStore(sheetOpen)
  const uses = useScopes().flat().filter((use) => use.label)
  return (
    <Dialog open={open} onClose={() => sheetOpen.set(false)} title={t('frame.keys')} wide>
      <div className="keys">
        {groups.map(({ id, title }) => {
          const here = uses.filter((use) => (use.group ?? 'here') === id)
          if (here.length === 0) return null
          return (
            <section key={id}>
              <h3 className="menu-heading">{t(title)}</h3>
              <dl className="keys-list">
                {here.map((use) => (
                  <div key={use.keys}>
                    <dt>
                      {drawn(use.keys).map((key) => (
                        <Kbd key={key}>{key}</Kbd>
                      ))}
                      {use.keys === 'j' && <Kbd>K</Kbd>}
                    </dt>
                    <dd>{use.label && t(use.label)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          )
        })}
      </div>
    </Dialog>
  )
}
