/** Policies: what no role may do here and now. Each goes from a draft through the shadow, where it only counts, into force. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { read } from '@/api/client'
import type { Policy } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { filtered, paths } from '@/paths'
import { ButtonLink } from '@/parts/button'
import { Empty, Part } from '@/parts/states'
import { State, When } from '@/parts/values'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'
import { can } from '@/session'

export const policiesQuery = read<Policy[]>('/policies')
const none = <span className="quiet">–</span>

const columns: Column<Policy>[] = [
  { id: 'name', title: 'policy.name', width: 200, grow: true, cell: (row) => <><Link to={paths.policy(row.id)} className="link">{row.name}</Link>{row.description && <span className="cell-note">{row.description}</span>}</> },
  { id: 'state', title: 'policy.state', width: 130, cell: (row) => <State value={row.state} /> },
  { id: 'tests', title: 'policy.tests', width: 80, end: true, cell: (row) => number(row.tests.length) },
  { id: 'refused', title: 'policy.refused', width: 130, end: true, cell: (row) => (row.refused > 0 ? <Link to={filtered(paths.refusals, { policyId: row.id, shadow: 'false' })} className="link num">{number(row.refused)}</Link> : none) },
  { id: 'would', title: 'policy.wouldHave', width: 150, end: true, cell: (row) => (row.wouldHaveRefused > 0 ? <Link to={filtered(paths.refusals, { policyId: row.id, shadow: 'true' })} className="link num">{number(row.wouldHaveRefused)}</Link> : none) },
  { id: 'changed', title: 'policy.changed', width: 130, end: true, cell: (row) => <When at={row.updatedAt} /> },
]

export function PoliciesPage() {
  const policies = useQuery(policiesQuery)
  const make = can('manage:policy') && (
    <ButtonLink to={paths.newPolicy} look="primary" icon={<Plus size={14} />}>
      {t('policy.new')}
    </ButtonLink>
  )
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('access.policies')}</h1>
        {policies.data && <span className="page-count">{policies.data.length}</span>}
        <span className="spring" />
        {make}
      </header>
      <Tabs area="access" />
      <div className="access-body">
        <p className="section-lead">{t('policy.lead')}</p>
        <Part query={policies} lines={6}>
          {(rows) => (rows.length === 0 ? <Empty action={make}>{t('policy.empty')}</Empty> : <Rows label={t('access.policies')} columns={columns} rows={rows} id={(row) => row.id} empty="" />)}
        </Part>
      </div>
    </div>
  )
}
