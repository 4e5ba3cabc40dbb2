/** Who may do what: every role against every permission. Changes are collected, looked at with who is affected, then saved. */
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { read } from '@/api/client'
import type { PermissionWords, RoleDefinition } from '@/api/shapes'
import { useUnsaved } from '@/forms/unsaved'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { byRank, rolesQuery } from '@/pages/people/roles'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { lacking } from '@/parts/why'
import { changes, type Drafts } from './matrix'
import { Matrix } from './matrix-grid'
import { RoleForm } from './role-form'
import { SaveRoles } from './save-roles'

const words = { ...read<PermissionWords[]>('/permissions'), staleTime: Infinity }

export function RolesPage() {
  const roles = useQuery(rolesQuery)
  const permissions = useQuery(words)
  const [making, setMaking] = useState(false)
  return (
    <div className="list">
      <header className="page-head">
        <h1 className="page-title">{t('access.roles')}</h1>
        {roles.data && <span className="page-count">{roles.data.length}</span>}
        <span className="spring" />
        <Button look="primary" icon={<Plus size={14} />} refuse={lacking('manage:role')} onClick={() => setMaking(true)}>
          {t('access.newRole')}
        </Button>
      </header>
      <Tabs area="access" />
      <Part query={roles} lines={12}>
        {(all) => (
          <Part query={permissions} lines={12}>
            {(rows) => <Editor roles={all.toSorted((a, b) => byRank(a.key, b.key))} words={rows} />}
          </Part>
        )}
      </Part>
      {making && roles.data && <RoleForm roles={roles.data} onClose={() => setMaking(false)} />}
    </div>
  )
}

function Editor({ roles, words: rows }: { roles: RoleDefinition[]; words: PermissionWords[] }) {
  const search = useSearch({ strict: false }) as { role?: string; right?: string }
  const [drafts, setDrafts] = useState<Drafts>({})
  const [review, setReview] = useState(false)
  const n = changes(roles, drafts)
  useUnsaved(n > 0)
  return (
    <>
      <p className="list-above section-lead">{t('access.matrixLead')}</p>
      <Matrix roles={roles} words={rows} drafts={drafts} onChange={setDrafts} meant={search} />
      {n > 0 && (
        <div className="office-save matrix-save" role="region" aria-label={t('settings.review')}>
          <span className="quiet">{t('settings.unsaved', { n })}</span>
          <Button onClick={() => setDrafts({})}>{t('settings.discard')}</Button>
          <Button look="primary" onClick={() => setReview(true)}>
            {t('settings.review')}
          </Button>
        </div>
      )}
      {review && <SaveRoles roles={roles} drafts={drafts} onClose={() => setReview(false)} onSaved={(done) => setDrafts((now) => Object.fromEntries(Object.entries(now).filter(([key]) => !done.includes(key))))} />}
    </>
  )
}
