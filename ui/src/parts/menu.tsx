/** Menus and small floating panels. Not modal: the modal kind locks scrolling through an injected style tag. */
import { DropdownMenu, Popover as Base } from 'radix-ui'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { askWhy, isLack, refusedHint, type Lack, type Refuse } from './why'

export type MenuItem =
  | { label: string; run: () => void; icon?: ReactNode; danger?: boolean; refuse?: Refuse; checked?: boolean; hint?: string }
  | 'line'
  | { heading: string }

/** After the menu has closed and given the focus back. */
const whyOf = (lack: Lack) => () => void setTimeout(() => askWhy(lack))

export function Menu({ trigger, items, align = 'end' }: { trigger: ReactElement; items: MenuItem[]; align?: 'start' | 'end' }) {
  const marks = items.some((item) => typeof item === 'object' && 'run' in item && (item.icon || item.checked !== undefined))
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align={align} sideOffset={4} collisionPadding={8} data-layer="">
          {items.map((item, i) => {
            if (item === 'line') return <DropdownMenu.Separator key={i} className="menu-line" />
            if ('heading' in item) return <DropdownMenu.Label key={i} className="menu-heading">{item.heading}</DropdownMenu.Label>
            return (
              <DropdownMenu.Item
                key={i}
                className={`menu-item${item.danger ? ' menu-danger' : ''}${isLack(item.refuse) ? ' menu-refused' : ''}`}
                disabled={Boolean(item.refuse) && !isLack(item.refuse)}
                title={refusedHint(item.refuse)}
                onSelect={isLack(item.refuse) ? whyOf(item.refuse) : item.run}
              >
                {marks && <span className="menu-icon">{item.checked ? <Check size={14} /> : item.icon}</span>}
                <span className="menu-label">{item.label}</span>
                {item.hint && <span className="quiet">{item.hint}</span>}
              </DropdownMenu.Item>
            )
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

type PopProps = {
  trigger: ReactElement
  label: string
  children: ReactNode
  open?: boolean
  onOpen?: (open: boolean) => void
  align?: 'start' | 'end'
}
export const Pop = ({ trigger, label, children, open, onOpen, align = 'start' }: PopProps) => (
  <Base.Root {...(open === undefined ? {} : { open })} {...(onOpen ? { onOpenChange: onOpen } : {})}>
    <Base.Trigger asChild>{trigger}</Base.Trigger>
    <Base.Portal>
      <Base.Content className="pop" align={align} sideOffset={4} collisionPadding={8} aria-label={label} data-layer="">
        {children}
      </Base.Content>
    </Base.Portal>
  </Base.Root>
)
