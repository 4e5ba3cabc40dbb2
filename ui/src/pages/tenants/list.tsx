/** Every business of this installation, for those of its home who look after them. */
import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { Tenant } from '@/api/shapes'
import { t, word } from '@/i18n'
import { paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Id, State, When } from '@/parts/values'
import { can } from '@/session'
import { ListPage } from '@/table/list-page'
import type { ListSpec } from '@/table/spec'

const tenants: ListSpec<Tenant> = {
  area: 'tenants',
  title: 'tenants.title',
  path: '/tenants',
  sort: '-createdAt',
  search: true,
  topic: 'tenant',
  name: (tenant) => tenant.name,
  to: (tenant) => paths.tenant(tenant.id),
  page: paths.tenant,
  columns: [
    { id: 'name', title: 'tenants.name', width: 170, grow: 3, sort: 'name', cell: (tenant) => <><Link to={paths.tenant(tenant.id)} className="link">{tenant.name}</Link>{tenant.home && <span className="quiet"> · {t('tenants.home')}</span>}</> },
    { id: 'slug', title: 'tenants.slug', width: 140, drop: 2, grow: 1, cell: (tenant) => <code>{tenant.slug}</code> },
    { id: 'state', title: 'tenants.state', width: 120, cell: (tenant) => <State value={tenant.state} /> },
    { id: 'environment', title: 'tenants.environment', width: 116, drop: 3, cell: (tenant) => word('frame', tenant.environment) },
    { id: 'purgeAt', title: 'tenants.purgeAt', width: 140, moment: true, drop: 1, cell: (tenant) => <When at={tenant.purgeAt} /> },
    { id: 'since', title: 'tenants.made', width: 132, moment: true, end: true, sort: 'createdAt', cell: (tenant) => <When at={tenant.createdAt} /> },
    { id: 'reason', title: 'common.reason', width: 180, hidden: true, cell: (tenant) => tenant.reason ?? '' },
    { id: 'currency', title: 'tenants.currency', width: 90, hidden: true, cell: (tenant) => tenant.currency },
    { id: 'id', title: 'people.id', width: 120, hidden: true, cell: (tenant) => <Id id={tenant.id} /> },
  ],
  filters: [{ kind: 'choice', field: 'state', title: 'tenants.state', options: () => ['active', 'suspended', 'closing', 'purging'].map((value) => ({ value, label: word('state', value) })) }],
  empty: { text: 'tenants.empty' },
}

export const Tenants = () => (
  <ListPage spec={tenants} actions={can('manage:tenant') && <ButtonLink to={paths.newTenant} look="primary" icon={<Plus size={14} />}>{t('tenants.add')}</ButtonLink>} />
)
