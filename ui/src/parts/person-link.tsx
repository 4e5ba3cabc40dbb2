/** A person's name: a way to them for whoever may see people, else the name alone. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { paths } from '@/paths'
import { can } from '@/session'

export const PersonLink = ({ id, look = 'quiet-link', children }: { id: string; look?: 'link' | 'quiet-link'; children: ReactNode }) =>
  can('read:user') ? (
    <Link to={paths.person(id)} className={look}>
      {children}
    </Link>
  ) : (
    <>{children}</>
  )
