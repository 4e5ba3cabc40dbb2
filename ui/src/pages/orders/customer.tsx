/** Whose order it is: a way to the person for whoever may see people, else the name. */
import { Link } from '@tanstack/react-router'
import type { Order } from '@/api/shapes'
import { paths } from '@/paths'
import { can } from '@/session'

export const Customer = ({ of, look = 'link' }: { of: Order['customer']; look?: 'link' | 'quiet-link' }) =>
  can('read:user') ? (
    <Link to={paths.person(of.id)} className={look}>
      {of.name}
    </Link>
  ) : (
    <>{of.name}</>
  )
