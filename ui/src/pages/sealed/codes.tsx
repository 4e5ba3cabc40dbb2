/** The sealed way in: a code on paper for when nobody who could let people in can get in. Sealing it, and what became of earlier ones. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post, read } from '@/api/client'
import type { NewSealedCode, SealedCodes } from '@/api/shapes'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Part } from '@/parts/states'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { askClose } from './close'
import { KeepCode } from './keep'

const query = read<SealedCodes>('/break-glass')

export function SealedWayIn() {
  const client = useQueryClient()
  const sealed = useQuery(query)
  const [made, setMade] = useState<NewSealedCode>()
  const now = sealed.data?.codes.find((code) => code.state === 'sealed')
  const open = sealed.data?.codes.some((code) => code.state === 'open')
  const settle = () => client.invalidateQueries({ queryKey: ['break-glass'] })
  const seal = () =>
    confirm({
      title: t('sealed.seal'),
      body: t(now ? 'sealed.sealAgainBody' : 'sealed.sealBody'),
      deed: t('sealed.seal'),
      run: async () => {
        const next = await post<NewSealedCode>('/break-glass')
        await settle()
        setMade(next)
      },
    })
  const lack = lacking('manage:break-glass')
  return (
    <div id="sealed">
      <Section
        title={t('sealed.title')}
        actions={
          <>
            {open && <Button small refuse={lack} onClick={() => askClose(settle)}>{t('sealed.close')}</Button>}
            <Button small refuse={lack} onClick={seal}>{t('sealed.seal')}</Button>
          </>
        }
      >
        <p className="section-lead">{t('sealed.lead')}</p>
        <Part query={sealed}>
          {(data) => (
            <Rows
              label={t('sealed.title')}
              rows={data.codes}
              id={(row) => row.id}
              empty={t('sealed.none')}
              columns={[
                { id: 'state', title: 'sealed.state', width: 110, cell: (row) => <State value={row.state} /> },
                { id: 'sealed', title: 'sealed.sealedAt', width: 120, cell: (row) => <When at={row.sealedAt} /> },
                { id: 'by', title: 'sealed.by', width: 130, cell: (row) => row.sealedBy },
                { id: 'reason', title: 'sealed.why', width: 160, grow: true, cell: (row) => row.reason ?? <span className="quiet">–</span> },
                { id: 'opened', title: 'sealed.openedAt', width: 120, end: true, cell: (row) => <When at={row.openedAt} /> },
                { id: 'closed', title: 'sealed.endedAt', width: 120, end: true, cell: (row) => <When at={row.closedAt ?? row.until} /> },
              ]}
            />
          )}
        </Part>
      </Section>
      {made && <KeepCode code={made.code} onClose={() => setMade(undefined)} />}
    </div>
  )
}
