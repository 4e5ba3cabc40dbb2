/** Buttons, links that look like buttons, and keys drawn as keys. */
import { Link } from '@tanstack/react-router'
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Hint } from './hint'
import { askWhy, isLack, refusedHint, type Refuse } from './why'

export type Look = 'plain' | 'primary' | 'danger' | 'quiet'
type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> & {
  look?: Look
  icon?: ReactNode
  /** True while its deed is under way. */
  busy?: boolean
  /** Why it cannot be pressed now. There is no way to disable a button without saying why. */
  refuse?: Refuse
  small?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', icon, busy, refuse, small, children, className, onClick, type = 'button', ...rest }: Props) {
  const stopped = Boolean(refuse) || busy
  const button = (
    <button
      {...rest}
      type={type}
      className={`btn btn-${look}${small ? ' btn-small' : ''}${className ? ` ${className}` : ''}`}
      aria-disabled={stopped || rest['aria-disabled'] || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (!stopped) return onClick?.(event)
        event.preventDefault()
        if (isLack(refuse)) askWhy(refuse)
      }}
    >
      {icon}
      {children}
    </button>
  )
  return refuse ? <Hint text={refusedHint(refuse) ?? ''}>{button}</Hint> : button
}

type IconProps = Omit<Props, 'children' | 'icon' | 'aria-label'> & { label: string; children: ReactNode; hint?: boolean }
/** A button that is only an icon: its name is spoken and shown on hover. */
export function IconButton({ label, children, hint = true, className, refuse, onClick, ...rest }: IconProps) {
  const button = (
    <Button {...rest} onClick={isLack(refuse) ? () => askWhy(refuse) : refuse ? undefined : onClick} look={rest.look ?? 'quiet'} aria-label={label} className={`btn-icon${className ? ` ${className}` : ''}`} {...(refuse ? { 'aria-disabled': true } : {})}>
      {children}
    </Button>
  )
  return hint ? <Hint text={refusedHint(refuse) ?? label}>{button}</Hint> : button
}

export function ButtonLink({ to, look = 'plain', icon, children, small }: { to: string; look?: Look; icon?: ReactNode; children: ReactNode; small?: boolean }) {
  return (
    <Link to={to} className={`btn btn-${look}${small ? ' btn-small' : ''}`}>
      {icon}
      {children}
    </Link>
  )
}

export const Kbd = ({ children }: { children: ReactNode }) => <kbd className="kbd">{children}</kbd>
