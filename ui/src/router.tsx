/** Routes in code. A page is loaded when it is first visited; everything inside the frame waits for a session. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect, type ErrorComponentProps } from '@tanstack/react-router'
import { get } from '@/api/client'
import { Frame } from '@/frame/frame'
import { paths } from '@/paths'
import { HintRoom } from '@/parts/hint'
import { ButtonLink } from '@/parts/button'
import { Empty, Failure } from '@/parts/states'
import { begin, beginAgain, shut, standing } from '@/session'
import { parseSearch, stringifySearch, type Search } from '@/table/url'
import { t } from '@/i18n'

const root = createRootRoute({
  component: () => (
    <HintRoom>
      <Outlet />
    </HintRoom>
  ),
})

const flat = (search: Record<string, unknown>): Search => Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)]))

const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  component: Frame,
  validateSearch: flat,
  beforeLoad: async ({ location }) => {
    await begin()
    if (standing.get() === 'in' || shut.get()) return
    const { needed } = await get<{ needed: boolean }>('/setup')
    if (needed) throw redirect({ to: paths.setup })
    throw redirect({ to: paths.signIn, search: location.href === '/' ? {} : { next: location.href } })
  },
  errorComponent: Broken,
  notFoundComponent: Missing,
})

export function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <div className="page-alone">
      <h1 className="unseen">{t('common.failed')}</h1>
      <Failure
        problem={error}
        retry={() => {
          beginAgain()
          reset()
          void router.invalidate()
        }}
      />
    </div>
  )
}
export function Missing() {
  return (
    <div className="page-alone">
      <h1 className="unseen">{t('common.missingTitle')}</h1>
      <Empty action={<ButtonLink to={paths.home}>{t('common.toHome')}</ButtonLink>}>{t('common.missingPage')}</Empty>
    </div>
  )
}

/** Where something was looked for before, or would be first. */
const moved = (path: string, to: string) =>
  createRoute({
    getParentRoute: () => frame,
    path,
    beforeLoad: ({ search }) => {
      throw redirect({ to, search: search as never })
    },
  })

/** A page inside the frame. `load` imports its module; `name` is the component it exports. */
const page = <P extends string, M, N extends keyof M & string>(path: P, load: () => Promise<M>, name: N) =>
  createRoute({
    getParentRoute: () => frame,
    path,
    component: lazyRouteComponent(load as () => Promise<Record<string, never>>, name as never),
    errorComponent: Broken,
  })
const alone = <P extends string, M, N extends keyof M & string>(path: P, load: () => Promise<M>, name: N) =>
  createRoute({
    getParentRoute: () => root,
    path,
    validateSearch: flat,
    component: lazyRouteComponent(load as () => Promise<Record<string, never>>, name as never),
    errorComponent: Broken,
  })

const pages = [
  page('/', () => import('@/pages/home/home'), 'Home'),
  page('/orders', () => import('@/pages/orders/list'), 'Orders'),
  page('/orders/returns', () => import('@/pages/returns/list'), 'Returns'),
  page('/orders/carts', () => import('@/pages/carts/list'), 'Carts'),
  page('/orders/carts/$id', () => import('@/pages/carts/cart'), 'CartPage'),
  page('/orders/new', () => import('@/pages/orders/new'), 'NewOrder'),
  page('/orders/$id/edit', () => import('@/pages/orders/edit/page'), 'OrderEdit'),
  page('/orders/$id', () => import('@/pages/orders/order'), 'OrderPage'),
  page('/payments', () => import('@/pages/payments/list'), 'Payments'),
  page('/payments/$id', () => import('@/pages/payments/payment'), 'PaymentPage'),
  page('/refunds', () => import('@/pages/refunds/list'), 'Refunds'),
  page('/refunds/approvals', () => import('@/pages/approvals/list'), 'Approvals'),
  page('/refunds/rules', () => import('@/pages/approvals/rules'), 'ApprovalRules'),
  page('/payments/credits', () => import('@/pages/credits/list'), 'Credits'),
  page('/payments/credits/moves', () => import('@/pages/credits/moves'), 'CreditMoves'),
  page('/payments/receivables', () => import('@/pages/receivables/list'), 'Receivables'),
  page('/payments/disputes', () => import('@/pages/disputes/list'), 'Disputes'),
  page('/payments/disputes/$id', () => import('@/pages/disputes/dispute'), 'DisputePage'),
  page('/products', () => import('@/pages/products/list'), 'Products'),
  page('/products/stock', () => import('@/pages/catalog/stock'), 'StockSheet'),
  page('/products/categories', () => import('@/pages/catalog/categories'), 'Categories'),
  page('/products/coupons', () => import('@/pages/coupons/list'), 'Coupons'),
  page('/products/new', () => import('@/pages/products/new'), 'NewProduct'),
  page('/products/$id', () => import('@/pages/products/product'), 'ProductPage'),
  page('/ledger', () => import('@/pages/ledger/ledger'), 'Ledger'),
  page('/ledger/report', () => import('@/pages/ledger/report'), 'Report'),
  page('/ledger/periods', () => import('@/pages/ledger/periods'), 'Periods'),
  page('/ledger/differences', () => import('@/pages/reconciliation/differences'), 'Differences'),
  page('/ledger/comparisons', () => import('@/pages/reconciliation/comparisons'), 'Comparisons'),
  page('/ledger/entries', () => import('@/pages/ledger/entries'), 'LedgerEntries'),
  page('/people', () => import('@/pages/people/list'), 'People'),
  page('/people/new', () => import('@/pages/people/invite'), 'InvitePerson'),
  page('/people/$id', () => import('@/pages/people/person'), 'PersonPage'),
  page('/files', () => import('@/pages/files/list'), 'FilesPage'),
  page('/files/$id', () => import('@/pages/files/file'), 'FilePage'),
  page('/import', () => import('@/pages/imports/start'), 'Imports'),
  page('/import/$id', () => import('@/pages/imports/run'), 'ImportPage'),
  page('/audit', () => import('@/pages/audit/list'), 'Audit'),
  page('/audit/$id', () => import('@/pages/audit/line'), 'AuditLinePage'),
  page('/jobs', () => import('@/pages/jobs/list'), 'Jobs'),
  page('/jobs/runs', () => import('@/pages/runs/list'), 'Runs'),
  page('/jobs/runs/$id', () => import('@/pages/runs/run'), 'RunPage'),
  page('/jobs/events', () => import('@/pages/happened/happened'), 'HappenedPage'),
  page('/jobs/events/stuck', () => import('@/pages/happened/stuck'), 'StuckEvents'),
  page('/jobs/schedules', () => import('@/pages/jobs/schedules'), 'Schedules'),
  page('/jobs/queues', () => import('@/pages/jobs/queues'), 'Queues'),
  page('/jobs/workers', () => import('@/pages/jobs/workers'), 'Workers'),
  page('/jobs/histories', () => import('@/pages/jobs/histories'), 'Histories'),
  page('/jobs/keys', () => import('@/pages/jobs/repeats'), 'Repeats'),
  page('/jobs/$id', () => import('@/pages/jobs/job'), 'JobPage'),
  page('/mailbox', () => import('@/pages/mailbox/list'), 'Mailbox'),
  page('/mailbox/newsletters', () => import('@/pages/newsletters/list'), 'Newsletters'),
  page('/mailbox/newsletters/left-out', () => import('@/pages/newsletters/suppressions'), 'Suppressions'),
  page('/mailbox/newsletters/$id', () => import('@/pages/newsletters/newsletter'), 'NewsletterPage'),
  page('/mailbox/$id', () => import('@/pages/mailbox/mail'), 'MailPage'),
  page('/sign-ins', () => import('@/pages/sign-ins/list'), 'SignIns'),
  page('/sign-ins/locked', () => import('@/pages/sign-ins/locked'), 'LockedAccounts'),
  page('/sign-ins/keys', () => import('@/pages/keys/all'), 'AllKeys'),
  page('/webhooks', () => import('@/pages/webhooks/endpoints'), 'Webhooks'),
  page('/webhooks/deliveries', () => import('@/pages/webhooks/deliveries'), 'Deliveries'),
  page('/webhooks/heard', () => import('@/pages/webhooks/heard'), 'Heard'),
  page('/payments/sandbox', () => import('@/pages/sandbox/sandbox'), 'SandboxPage'),
  page('/payments/sandbox/calls', () => import('@/pages/sandbox/lists'), 'SandboxCalls'),
  page('/payments/sandbox/messages', () => import('@/pages/sandbox/lists'), 'SandboxMessages'),
  page('/sandbox/confirm/$id', () => import('@/pages/sandbox/proof'), 'ProofPage'),
  page('/payments/providers', () => import('@/pages/gateways/list'), 'Gateways'),
  page('/people/$id/rights', () => import('@/pages/access/rights-page'), 'RightsPage'),
  page('/access', () => import('@/pages/access/roles'), 'RolesPage'),
  page('/access/policies', () => import('@/pages/access/policies'), 'PoliciesPage'),
  page('/access/policies/new', () => import('@/pages/access/policy'), 'NewPolicy'),
  page('/access/policies/$id', () => import('@/pages/access/policy'), 'PolicyPage'),
  page('/access/refusals', () => import('@/pages/access/refusals'), 'RefusalsPage'),
  page('/access/review', () => import('@/pages/access/review'), 'ReviewPage'),
  page('/access/explain', () => import('@/pages/access/explain'), 'ExplainPage'),
  page('/settings', () => import('@/pages/settings/settings'), 'SettingsPage'),
  page('/tenants', () => import('@/pages/tenants/list'), 'Tenants'),
  page('/tenants/new', () => import('@/pages/tenants/new'), 'NewTenant'),
  page('/tenants/$id', () => import('@/pages/tenants/tenant'), 'TenantPage'),
  page('/account', () => import('@/pages/settings/account'), 'AccountPage'),
  page('/connections', () => import('@/pages/connections/connections'), 'Connections'),
  page('/docs', () => import('@/pages/docs/docs'), 'Docs'),
  moved('/credits', paths.credits),
  moved('/receivables', paths.receivables),
  createRoute({ getParentRoute: () => frame, path: '$', component: Missing }),
]

const tree = root.addChildren([
  alone('/setup', () => import('@/pages/entry/setup'), 'Setup'),
  alone('/sign-in', () => import('@/pages/entry/sign-in'), 'SignIn'),
  alone('/sign-in/provider', () => import('@/pages/providers/come-back'), 'ComeBack'),
  alone('/register', () => import('@/pages/entry/register'), 'Register'),
  alone('/forgot-password', () => import('@/pages/entry/forgot'), 'Forgot'),
  alone('/reset-password', () => import('@/pages/entry/choose'), 'ResetPassword'),
  alone('/invitation', () => import('@/pages/entry/choose'), 'Invitation'),
  alone('/not-me', () => import('@/pages/entry/not-me'), 'NotMe'),
  alone('/verify-email', () => import('@/pages/entry/verify'), 'VerifyEmail'),
  frame.addChildren(pages),
])

export const router = createRouter({
  routeTree: tree,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  scrollRestoration: true,
  scrollToTopSelectors: ['#page'],
  defaultNotFoundComponent: Missing,
})
