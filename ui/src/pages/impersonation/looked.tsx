/** On one's own account: who saw Purser as oneself, when, and why. */
import { useQuery } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { Impersonation } from '@/api/shapes'
import { t } from '@/i18n'
import { Part } from '@/parts/states'
import { When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'

export function LookedAt() {
  const rows = useQuery(read<Impersonation[]>('/auth/impersonation'))
  return (
    <Section title={t('as.who')}>
      <p className="section-lead">{t('as.whoLead')}</p>
      <Part query={rows}>
        {(found) => (
          <Rows
            label={t('as.who')}
            rows={found}
            id={(row) => row.id}
            empty={t('as.none')}
            columns={[
              { id: 'by', title: 'as.by', width: 150, cell: (row) => row.byName },
              { id: 'reason', title: 'as.reason', width: 180, grow: true, cell: (row) => row.reason },
              { id: 'how', title: 'as.how', width: 140, cell: (row) => t(row.readOnly ? 'as.looked' : 'as.couldChange') },
              { id: 'when', title: 'as.when', width: 120, cell: (row) => <When at={row.startedAt} /> },
              { id: 'until', title: 'as.until', width: 120, cell: (row) => <When at={row.endedAt ?? row.until} /> },
            ]}
          />
        )}
      </Part>
    </Section>
  )
}
