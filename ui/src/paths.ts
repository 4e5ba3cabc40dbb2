/** Every link of the console. A page that is not here cannot be linked to. */
import type { Hit, Subject, Topic } from '@/api/shapes'

export const paths = {
  home: '/',
  setup: '/setup',
  signIn: '/sign-in',
  forgot: '/forgot-password',
  people: '/people',
  person: (id: string) => `/people/${id}`,
  newPerson: '/people/new',
  orders: '/orders',
  order: (id: string) => `/orders/${id}`,
  newOrder: '/orders/new',
  payments: '/payments',
  payment: (id: string) => `/payments/${id}`,
  refunds: '/refunds',
  products: '/products',
  product: (id: string) => `/products/${id}`,
  newProduct: '/products/new',
  files: '/files',
  ledger: '/ledger',
  ledgerEntries: '/ledger/entries',
  file: (id: string) => `/files/${id}`,
  audit: '/audit',
  auditLine: (id: string) => `/audit/${id}`,
  jobs: '/jobs',
  job: (id: string) => `/jobs/${id}`,
  mailbox: '/mailbox',
  mail: (id: string) => `/mailbox/${id}`,
  signIns: '/sign-ins',
  roles: '/access',
  policies: '/access/policies',
  policy: (id: string) => `/access/policies/${id}`,
  newPolicy: '/access/policies/new',
  refusals: '/access/refusals',
  review: '/access/review',
  explain: '/access/explain',
  personRights: (id: string) => `/people/${id}/rights`,
  tenants: '/tenants',
  tenant: (id: string) => `/tenants/${id}`,
  newTenant: '/tenants/new',
  account: '/account',
  docs: '/docs',
  imports: '/import',
  importRun: (id: string) => `/import/${id}`,
  settings: '/settings',
  connections: '/connections',
} as const

/** A list with filters set: `filtered(paths.orders, { state: 'paid' })`. */
export const filtered = (path: string, filters: Record<string, string>) => `${path}?${new URLSearchParams(filters)}`

const subjects: Record<string, (id: string) => string> = {
  user: paths.person,
  order: paths.order,
  payment: paths.payment,
  product: paths.product,
  refund: (id) => filtered(paths.refunds, { peek: id }),
  file: paths.file,
  import: paths.importRun,
  setting: () => paths.settings,
  tenant: () => paths.settings,
  provider: () => `${paths.settings}#providers`,
  audit: () => paths.audit,
  role: () => paths.roles,
  policy: paths.policy,
  job: paths.job,
  mail: paths.mail,
  ledger: () => paths.ledger,
}
export const subjectPath = ({ type, id }: Pick<Subject, 'type' | 'id'>): string | undefined => (id ? subjects[type]?.(id) : undefined)
export const auditPath = (id: string) => filtered(paths.audit, { peek: id })
export const hitPath = (hit: Pick<Hit, 'type' | 'id'>) => subjectPath(hit) ?? paths.home

/** Where a figure the engine reports with a query leads: `/orders?state=paid`, or `state=paid` for a given list. */
const areas: Record<string, string> = { users: paths.people, orders: paths.orders, payments: paths.payments, refunds: paths.refunds, products: paths.products, files: paths.files, audit: paths.audit, imports: paths.imports, ledger: paths.ledger, jobs: paths.jobs, mailbox: paths.mailbox }
export function queryPath(query: string): string {
  const [path = '', search = ''] = query.replace(/^\/?(api\/v1\/)?/, '').split('?')
  const area = areas[path.split('/')[0] ?? ''] ?? `/${path}`
  return search ? `${area}?${search}` : area
}

export const topicRoots: Record<Topic, string[]> = {
  user: ['users', 'auth', 'break-glass'],
  session: ['auth', 'users', 'keys'],
  order: ['orders'],
  payment: ['payments', 'orders'],
  refund: ['refunds', 'payments', 'orders'],
  product: ['products'],
  file: ['files', 'orders', 'users'],
  ledger: ['ledger'],
  import: ['imports'],
  setting: ['settings', 'providers'],
  job: ['jobs', 'audit'],
  mail: ['mailbox'],
  role: ['roles', 'users', 'access', 'auth'],
  policy: ['policies', 'access'],
  tenant: ['tenants'],
}
