/** The rail's areas: three groups, each area with its key after G and the right it takes. */
import { BookOpen, Braces, Building2, CreditCard, FileText, Hammer, House, Landmark, LogIn, Mail, Package, Plug, ScrollText, Settings, ShieldCheck, Undo2, Upload, Users, Webhook, type LucideIcon } from 'lucide-react'
import type { Attention } from '@/api/shapes'
import { wordFor, type Key, type Right } from '@/i18n'
import { paths, queryPath } from '@/paths'

export type Area = { id: string; title: Key; to: string; icon: LucideIcon; key: string; right?: Right }

export const groups: Area[][] = [
  [
    { id: 'home', title: 'frame.home', to: paths.home, icon: House, key: 'h' },
    { id: 'people', title: 'frame.people', to: paths.people, icon: Users, key: 'c', right: 'read:user' },
    { id: 'orders', title: 'frame.orders', to: paths.orders, icon: Package, key: 'o', right: 'read:order' },
    { id: 'payments', title: 'frame.payments', to: paths.payments, icon: CreditCard, key: 'p', right: 'read:payment' },
    { id: 'refunds', title: 'frame.refunds', to: paths.refunds, icon: Undo2, key: 'r', right: 'read:payment' },
  ],
  [
    { id: 'products', title: 'frame.products', to: paths.products, icon: BookOpen, key: 'd', right: 'read:product' },
    { id: 'files', title: 'frame.files', to: paths.files, icon: FileText, key: 'f', right: 'read:file' },
    { id: 'import', title: 'frame.import', to: paths.imports, icon: Upload, key: 'i', right: 'run:import' },
  ],
  [
    { id: 'ledger', title: 'frame.ledger', to: paths.ledger, icon: Landmark, key: 'l', right: 'read:ledger' },
    { id: 'audit', title: 'frame.audit', to: paths.audit, icon: ScrollText, key: 'a', right: 'read:audit' },
    { id: 'signIns', title: 'frame.signIns', to: paths.signIns, icon: LogIn, key: 'w', right: 'read:sign-in' },
    { id: 'access', title: 'frame.access', to: paths.roles, icon: ShieldCheck, key: 'x', right: 'read:role' },
    { id: 'jobs', title: 'frame.jobs', to: paths.jobs, icon: Hammer, key: 'j', right: 'read:job' },
    { id: 'mailbox', title: 'frame.mailbox', to: paths.mailbox, icon: Mail, key: 'm', right: 'read:mail' },
    { id: 'webhooks', title: 'frame.webhooks', to: paths.webhooks, icon: Webhook, key: 'k', right: 'read:webhook' },
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
