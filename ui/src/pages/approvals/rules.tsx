/** What asks for a second pair of eyes, and what nobody may do at all. Without a rule every refund is sent at once. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis, Plus } from 'lucide-react'
import { useState } from 'react'
import { patch, read, remove } from '@/api/client'
import type { ApprovalRule } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { Tabs } from '@/frame/tabs'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { roleName, rolesQuery } from '@/pages/people/roles'
import { Button, IconButton } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Menu } from '@/parts/menu'
import { Empty, Part } from '@/parts/states'
import { atOnce } from '@/lib/at-once'
import { toast } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Rows } from '@/record/rows'
import { RuleForm } from './rule-form'

/** When a rule meets a refund, in one sentence. */
export function whenOf({ minAmount, perDay, roles, refundKind }: Pick<ApprovalRule, 'minAmount' | 'perDay' | 'roles' | 'refundKind'>) {
  const parts = [
    refundKind ? t(refundKind === 'goodwill' ? 'approvals.ifGoodwill' : 'approvals.ifStandard') : '',
    minAmount ? t('approvals.ifFrom', { amount: money(minAmount) }) : '',
    perDay ? t('approvals.ifPerDay', { n: perDay }) : '',
    roles.length > 0 ? t('approvals.ifRoles', { roles: roles.map(roleName).join(', ') }) : '',
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(t('approvals.and')) : t('approvals.ifAny')
}

export function ApprovalRules() {
  const client = useQueryClient()
  const rules = useQuery(read<ApprovalRule[]>('/approval-rules'))
  useQuery(rolesQuery)
  const [open, setOpen] = useState<'add' | ApprovalRule>()
  const lack = lacking('manage:approval')
  const settle = () => Promise.all([client.invalidateQueries({ queryKey: ['approval-rules'] }), client.invalidateQueries({ queryKey: ['orders'] })])
  const turn = ({ id, active, version }: ApprovalRule) => void atOnce(client, { root: 'approval-rules', id, change: { active: !active } }, () => patch<ApprovalRule>(`/approval-rules/${id}`, { active: !active }, version)).then(settle, () => undefined)
  const drop = (rule: ApprovalRule) =>
    confirm({
      title: t('approvals.dropTitle', { name: rule.name }),
      body: t('approvals.dropBody'),
      deed: t('approvals.drop'),
      danger: true,
      name: rule.name,
      run: async () => {
        await remove(`/approval-rules/${rule.id}`)
        await settle()
        toast({ text: t('approvals.dropped', { name: rule.name }) })
      },
    })
  useActions([{ id: 'add', label: t('approvals.add'), refuse: lack, run: () => setOpen('add') }])
  const add = (
    <Button look="primary" icon={<Plus size={14} />} refuse={lack} onClick={() => setOpen('add')}>
      {t('approvals.add')}
    </Button>
  )
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('approvals.rules')}</h1>
        {rules.data && <span className="page-count">{rules.data.length}</span>}
        <span className="spring" />
        {add}
      </header>
      <Tabs area="refunds" />
      <div className="access-body">
        <p className="section-lead">{t('approvals.rulesLead')}</p>
        <Part query={rules} lines={5}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty action={add}>{t('approvals.noRules')}</Empty>
            ) : (
              <Rows
                label={t('approvals.rules')}
                rows={rows}
                id={(row) => row.id}
                empty=""
                columns={[
                  { id: 'name', title: 'approvals.name', width: 160, grow: true, cell: (row) => row.name },
                  { id: 'when', title: 'approvals.if', width: 260, grow: true, cell: (row) => whenOf(row) },
                  { id: 'effect', title: 'approvals.then', width: 190, grow: true, cell: (row) => t(row.effect === 'block' ? 'approvals.blocks' : 'approvals.asksFor', { n: row.expiresHours }) },
                  { id: 'state', title: 'refunds.state', width: 100, cell: (row) => <State value={row.active ? 'active' : 'off'} /> },
                  { id: 'changed', title: 'policy.changed', width: 110, end: true, cell: (row) => <When at={row.updatedAt} /> },
                  {
                    id: 'deeds',
                    deeds: true,
                    title: 'common.more',
                    width: 60,
                    end: true,
                    cell: (row) => (
                      <Menu
                        items={[
                          { label: t('common.edit'), refuse: lack, run: () => setOpen(row) },
                          { label: t(row.active ? 'hooks.off' : 'hooks.on'), refuse: lack, run: () => turn(row) },
                          { label: t('approvals.drop'), danger: true, refuse: lack, run: () => drop(row) },
                        ]}
                        trigger={
                          <IconButton label={`${t('common.more')}: ${row.name}`} hint={false}>
                            <Ellipsis size={14} />
                          </IconButton>
                        }
                      />
                    ),
                  },
                ]}
              />
            )
          }
        </Part>
      </div>
      {open && (
        <RuleForm
          {...(open === 'add' ? {} : { rule: open })}
          onClose={() => setOpen(undefined)}
          onDone={(rule) => {
            setOpen(undefined)
            void settle()
            toast({ text: t('approvals.savedRule', { name: rule.name }) })
          }}
        />
      )}
    </div>
  )
}
