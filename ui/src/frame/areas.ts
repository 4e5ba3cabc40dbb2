/** The rail's areas: three groups, each area with its key after G, the right it takes, and its pages where there are several. */
import { BookOpen, Braces, Building2, CreditCard, FileText, Hammer, House, Landmark, LogIn, Mail, Package, Plug, ScrollText, Settings, ShieldCheck, Undo2, Upload, Users, Webhook, type LucideIcon } from 'lucide-react'
import type { Attention } from '@/api/shapes'
import { wordFor, type Key, type Right } from '@/i18n'
import { paths, queryPath } from '@/paths'

/** A page of an area beside others; `exact` where the paths of others begin with its own, `apart` where it is no tab and only found by name. */
export type AreaPage = { to: string; title: Key; exact?: boolean; right?: Right; apart?: boolean }
export type Area = { id: string; title: Key; to: string; icon: LucideIcon; key: string; right?: Right; pages?: AreaPage[] }

export const groups: Area[][] = [
  [
    { id: 'home', title: 'frame.home', to: paths.home, icon: House, key: 'h' },
    { id: 'people', title: 'frame.people', to: paths.people, icon: Users, key: 'c', right: 'read:user' },
    { id: 'orders', title: 'frame.orders', to: paths.orders, icon: Package, key: 'o', right: 'read:order', pages: [
      { to: paths.returns, title: 'returns.title', apart: true },
      { to: paths.carts, title: 'carts.title', apart: true },
    ] },
    { id: 'payments', title: 'frame.payments', to: paths.payments, icon: CreditCard, key: 'p', right: 'read:payment', pages: [
      { to: paths.payments, title: 'payments.title', exact: true },
      { to: paths.receivables, title: 'owed.title', right: 'read:payment' },
      { to: paths.credits, title: 'credits.title', right: 'read:payment' },
      { to: paths.creditMoves, title: 'credits.movesTitle', right: 'read:payment', apart: true },
      { to: paths.disputes, title: 'disputes.title' },
      { to: paths.gateways, title: 'gateways.title', right: 'read:setting' },
      { to: paths.sandbox, title: 'sandbox.title', right: 'read:payment' },
    ] },
    { id: 'refunds', title: 'frame.refunds', to: paths.refunds, icon: Undo2, key: 'r', right: 'read:payment', pages: [
      { to: paths.refunds, title: 'refunds.title', exact: true },
      { to: paths.approvals, title: 'approvals.title' },
      { to: paths.approvalRules, title: 'approvals.rules', right: 'manage:approval' },
    ] },
  ],
  [
    { id: 'products', title: 'frame.products', to: paths.products, icon: BookOpen, key: 'd', right: 'read:product', pages: [
      { to: paths.products, title: 'products.title', exact: true },
      { to: paths.stock, title: 'stock.title' },
      { to: paths.categories, title: 'categories.title' },
      { to: paths.coupons, title: 'coupons.title', right: 'read:setting' },
    ] },
    { id: 'files', title: 'frame.files', to: paths.files, icon: FileText, key: 'f', right: 'read:file' },
    { id: 'import', title: 'frame.import', to: paths.imports, icon: Upload, key: 'i', right: 'run:import' },
  ],
  [
    { id: 'ledger', title: 'frame.ledger', to: paths.ledger, icon: Landmark, key: 'l', right: 'read:ledger', pages: [
      { to: paths.ledger, title: 'ledger.accounts', exact: true, right: 'read:ledger' },
      { to: paths.ledgerEntries, title: 'ledger.lines', right: 'read:ledger' },
      { to: paths.report, title: 'report.title', right: 'read:stats' },
      { to: paths.periods, title: 'periods.title', right: 'read:ledger' },
      { to: paths.differences, title: 'recon.title', right: 'read:ledger' },
      { to: paths.comparisons, title: 'recon.comparisons', right: 'read:ledger' },
    ] },
    { id: 'audit', title: 'frame.audit', to: paths.audit, icon: ScrollText, key: 'a', right: 'read:audit' },
    { id: 'signIns', title: 'frame.signIns', to: paths.signIns, icon: LogIn, key: 'w', right: 'read:sign-in', pages: [
      { to: paths.signIns, title: 'signIns.attempts', exact: true },
      { to: paths.lockouts, title: 'signIns.lockedTitle' },
      { to: paths.allKeys, title: 'apiKeys.title', right: 'manage:key' },
    ] },
    { id: 'access', title: 'frame.access', to: paths.roles, icon: ShieldCheck, key: 'x', right: 'read:role', pages: [
      { to: paths.roles, title: 'access.roles', exact: true },
      { to: paths.policies, title: 'access.policies' },
      { to: paths.refusals, title: 'access.refusals' },
      { to: paths.review, title: 'access.review' },
      { to: paths.explain, title: 'access.explain' },
    ] },
    { id: 'jobs', title: 'frame.jobs', to: paths.jobs, icon: Hammer, key: 'j', right: 'read:job', pages: [
      { to: paths.jobs, title: 'jobs.title', exact: true, right: 'read:job' },
      { to: paths.runs, title: 'runs.title', right: 'read:job' },
      { to: paths.happened, title: 'happened.title', right: 'read:job' },
      { to: paths.stuckEvents, title: 'happened.stuck', right: 'read:job', apart: true },
      { to: paths.queues, title: 'rein.title', right: 'read:job' },
      { to: paths.schedules, title: 'schedule.title', right: 'read:job' },
      { to: paths.workers, title: 'workers.title', right: 'read:job' },
      { to: paths.histories, title: 'histories.title', right: 'read:order' },
      { to: paths.repeats, title: 'repeats.title', right: 'read:job' },
    ] },
    { id: 'mailbox', title: 'frame.mailbox', to: paths.mailbox, icon: Mail, key: 'm', right: 'read:mail', pages: [
      { to: paths.mailbox, title: 'mails.title', exact: true, right: 'read:mail' },
      { to: paths.newsletters, title: 'news.title', exact: true, right: 'send:newsletter' },
      { to: paths.suppressions, title: 'news.suppressed', right: 'send:newsletter' },
    ] },
    { id: 'webhooks', title: 'frame.webhooks', to: paths.webhooks, icon: Webhook, key: 'k', right: 'read:webhook', pages: [
      { to: paths.webhooks, title: 'hooks.endpoints', exact: true },
      { to: paths.deliveries, title: 'hooks.deliveries' },
      { to: paths.heard, title: 'hooks.heard' },
    ] },
    { id: 'tenants', title: 'frame.tenants', to: paths.tenants, icon: Building2, key: 'b', right: 'manage:tenant' },
    { id: 'settings', title: 'frame.settings', to: paths.settings, icon: Settings, key: 's', right: 'read:setting' },
    { id: 'connections', title: 'frame.connections', to: paths.connections, icon: Plug, key: 'n' },
  ],
]
/** At the rail's foot: the documentation of the API this page itself is served by. */
export const help: Area = { id: 'docs', title: 'frame.docs', to: paths.docs, icon: Braces, key: 'e' }
export const areas = [...groups.flat(), help]

/** What waits for somebody, per area, from the engine's own list of it. */
export function waiting(attention: Attention[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const one of attention) {
    const path = queryPath(one.query).split('?')[0] ?? ''
    const area = areas.find((each) => each.to !== '/' && path.startsWith(each.to))
    if (area) counts[area.id] = (counts[area.id] ?? 0) + one.count
  }
  return counts
}

/** The engine's kinds in the reader's language; one it has learnt since keeps its own words. */
export const attentionWord = ({ kind, label }: Pick<Attention, 'kind' | 'label'>) => wordFor('attention', kind) ?? label
