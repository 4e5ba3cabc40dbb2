/** An order's number or name: a way to it for whoever may see orders, else the words alone. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { paths } from '@/paths'
import { can } from '@/session'

export const OrderLink = ({ id, look = 'link num', children }: { id: string; look?: string; children: ReactNode }) =>
  can('read:order') ? (
    <Link to={paths.order(id)} className={look}>
      {children}
    </Link>
  ) : (
    <span className="num">{children}</span>
  )
