/** Orders as a queue of work: what has to leave, what waits, what comes back, what money is asked for. */
import { Link, useLocation, useSearch } from '@tanstack/react-router'
import { t, type Key, type Right } from '@/i18n'
import { filtered, paths } from '@/paths'
import { can } from '@/session'
import { viewQuery, type Search } from '@/table/url'

type Queue = { title: Key; path: string; search?: Search; right?: Right }
const queues: Queue[] = [
  { title: 'queues.all', path: paths.orders },
  { title: 'queues.toShip', path: paths.orders, search: { state: 'paid,processing', paymentState: 'paid,partially_refunded', held: 'false', sort: 'createdAt' } },
  { title: 'queues.partly', path: paths.orders, search: { paymentState: 'partly_paid' } },
  { title: 'queues.held', path: paths.orders, search: { held: 'true' } },
  { title: 'queues.returns', path: paths.returns, search: { state: 'requested,approved' } },
  { title: 'queues.carts', path: paths.carts, search: { kind: 'cart', state: 'open' } },
  { title: 'queues.drafts', path: paths.carts, search: { kind: 'draft', state: 'open' } },
  { title: 'queues.disputes', path: paths.disputes, search: { due: 'true', sort: 'dueAt' }, right: 'read:payment' },
  { title: 'queues.asked', path: paths.approvals, search: { state: 'waiting' }, right: 'read:payment' },
]

export function OrderQueues() {
  const { pathname } = useLocation()
  const search = useSearch({ strict: false }) as Search
  const now = viewQuery(search)
  const kind = search['kind'] ?? 'cart'
  return (
    <nav className="tabs" aria-label={t('queues.title')}>
      {queues
        .filter((queue) => !queue.right || can(queue.right))
        .map((queue) => {
          const on = pathname === queue.path && (queue.path === paths.carts ? queue.search?.['kind'] === kind : queue.path !== paths.orders || now === viewQuery(queue.search ?? {}))
          return (
            <Link key={queue.title} to={queue.search ? filtered(queue.path, queue.search) : queue.path} className={on ? 'tab tab-now' : 'tab'} aria-current={on ? 'page' : undefined}>
              {t(queue.title)}
            </Link>
          )
        })}
    </nav>
  )
}
