/** The grid itself. One stop for the Tab key; the arrows walk, Space and Enter press. */
import { Ellipsis } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { PermissionWords, RoleDefinition } from '@/api/shapes'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { nameOf } from '@/pages/people/roles'
import { IconButton } from '@/parts/button'
import { Hint } from '@/parts/hint'
import { Menu } from '@/parts/menu'
import { can, useMe } from '@/session'
import { cellOf, grouped, next, put, strongest, type Cell, type Drafts } from './matrix'
import { useRoleDeeds } from './role-deeds'

type Props = { roles: RoleDefinition[]; words: PermissionWords[]; drafts: Drafts; onChange: (next: Drafts) => void; meant: { role?: string; right?: string } }
type At = { row: number; column: number }

/** Why a role's cells cannot be pressed. */
const fixed = (role: RoleDefinition, mine: string) => (!can('manage:role') ? t('table.noRight', { right: word('permission', 'manage:role') }) : !role.editable ? t('access.ownerFixed') : role.key === mine && mine !== 'owner' ? t('access.ownRole') : undefined)

export function Matrix({ roles, words, drafts, onChange, meant }: Props) {
  const mine = useMe().role
  const rows = grouped(words).flatMap((group) => group.rows)
  const [at, setAt] = useState<At>(() => ({ row: Math.max(0, rows.findIndex((row) => row.permission === meant.right)), column: Math.max(0, roles.findIndex((role) => role.key === meant.role)) }))
  const room = useRef<HTMLDivElement>(null)
  const focus = (next: At) => {
    setAt(next)
    const cell = room.current?.querySelector<HTMLElement>(`[data-cell="${next.row}-${next.column}"]`)
    cell?.focus()
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
  // A link that means one cell brings it into view.
  useEffect(() => {
    if (meant.right) focus(at)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, as the page opens
  }, [])
  const press = (row: PermissionWords, role: RoleDefinition) => {
    if (fixed(role, mine)) return
    onChange(put(role, row.permission, next(cellOf(row.permission, role, roles, drafts).own, row), drafts))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], Home: [0, -99], End: [0, 99], PageDown: [8, 0], PageUp: [-8, 0] }[event.key]
    if (!by) return
    event.preventDefault()
    focus({ row: Math.min(rows.length - 1, Math.max(0, at.row + (by[0] ?? 0))), column: Math.min(roles.length - 1, Math.max(0, at.column + (by[1] ?? 0))) })
  }
  let index = -1
  return (
    <div className="matrix-pane" ref={room}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- a table whose cells take the keys is a grid */}
      <table className="matrix" role="grid" aria-label={t('access.roles')} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            <th scope="col" className="matrix-corner">
              {t('access.permission')}
            </th>
            {roles.map((role) => (
              <th key={role.key} scope="col" className="matrix-role">
                <RoleHead role={role} roles={roles} />
              </th>
            ))}
          </tr>
        </thead>
        {grouped(words).map((group) => (
          <tbody key={group.resource}>
            <tr>
              <th scope="rowgroup" colSpan={roles.length + 1} className="matrix-group">
                <span>{word('resource', group.resource)}</span>
              </th>
            </tr>
            {group.rows.map((row) => {
              const line = ++index
              return (
                <tr key={row.permission}>
                  <th scope="row" className="matrix-name">
                    {word('permission', row.permission)}
                  </th>
                  {roles.map((role, column) => (
                    <Square key={role.key} id={`${line}-${column}`} stop={at.row === line && at.column === column} row={row} role={role} roles={roles} drafts={drafts} refuse={fixed(role, mine)} onPress={() => press(row, role)} onFocus={() => setAt({ row: line, column })} />
                  ))}
                </tr>
              )
            })}
          </tbody>
        ))}
      </table>
    </div>
  )
}

const says: Record<Cell, 'access.no' | 'access.ownOnly' | 'access.yes'> = { none: 'access.no', own: 'access.ownOnly', any: 'access.yes' }
type SquareProps = { id: string; stop: boolean; row: PermissionWords; role: RoleDefinition; roles: RoleDefinition[]; drafts: Drafts; refuse: string | undefined; onPress: () => void; onFocus: () => void }
function Square({ id, stop, row, role, roles, drafts, refuse, onPress, onFocus }: SquareProps) {
  const cell = cellOf(row.permission, role, roles, drafts)
  const shown = strongest(cell)
  const lighter = shown !== 'none' && cell.own !== shown
  const label = [`${nameOf(role)}, ${word('permission', row.permission)}: ${t(says[shown])}`, lighter && t('access.inherited'), cell.changed && t('access.unsaved')].filter(Boolean).join(', ')
  return (
    <td className={`square${cell.changed ? ' square-changed' : ''}`}>
      <button type="button" data-cell={id} tabIndex={stop ? 0 : -1} className={`square-mark square-${shown}${lighter ? ' square-lighter' : ''}`} aria-label={label} aria-disabled={refuse ? true : undefined} title={refuse} onClick={onPress} onFocus={onFocus}>
        {shown === 'any' ? '✓' : shown === 'own' ? t('access.own') : '·'}
      </button>
    </td>
  )
}

function RoleHead({ role, roles }: { role: RoleDefinition; roles: RoleDefinition[] }) {
  const { items, dialog } = useRoleDeeds(role, roles)
  return (
    <>
      <span className="matrix-head">
        <Hint text={role.description || nameOf(role)}>
          <span className="matrix-title">{nameOf(role)}</span>
        </Hint>
        <span className="quiet num">{t('access.holders', { n: role.holders, many: number(role.holders) })}</span>
        <Menu
          items={items}
          trigger={
            <IconButton label={`${t('common.more')}: ${nameOf(role)}`} hint={false}>
              <Ellipsis size={14} />
            </IconButton>
          }
        />
      </span>
      {dialog}
    </>
  )
}
