/** With which keys private values are sealed, and making a new one. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { post, read } from '@/api/client'
import type { SealKeys } from '@/api/shapes'
import { t } from '@/i18n'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { can } from '@/session'
import { has } from '@/shell'
import { KeyPlace } from './key-place'

const query = read<SealKeys>('/settings/seal')

export function Protection() {
  const client = useQueryClient()
  const keys = useQuery({ ...query, refetchInterval: ({ state }) => (state.data?.renewal && ['pending', 'running'].includes(state.data.renewal.state) ? 2_000 : false) })
  const deed = (path: string, title: string, body: string, verb: string, done: string) =>
    confirm({
      title,
      body,
      deed: verb,
      run: async () => {
        await post(path)
        await client.invalidateQueries({ queryKey: query.queryKey })
        toast({ text: done })
      },
    })
  const lack = lacking('update:setting')
  const rotate = () => deed('/settings/seal/rotate', t('seal.rotateTitle'), t('seal.rotateBody'), t('seal.rotate'), t('seal.rotated'))
  const renew = () => deed('/settings/seal/renew', t('seal.renewTitle'), t('seal.renewBody'), t('seal.renew'), t('seal.renewing'))
  return (
    <div id="protection">
      <Section
        title={t('seal.title')}
        actions={
          keys.data && (
            <>
              <Button small look="quiet" refuse={lack} onClick={renew}>
                {t('seal.renew')}
              </Button>
              <Button small refuse={lack ?? (!keys.data.canRotate && t('seal.elsewhere'))} onClick={rotate}>
                {t('seal.rotate')}
              </Button>
            </>
          )
        }
      >
        <p className="section-lead">{t('seal.lead')}</p>
        {has('dataFolder') && <KeyPlace />}
        <Part query={keys}>
          {(data) => (
            <>
              <Rows
                label={t('seal.title')}
                rows={data.keys}
                id={(row) => row.id}
                empty="–"
                columns={[
                  { id: 'key', title: 'seal.key', width: 160, cell: (row) => <code>{row.id}</code> },
                  { id: 'state', title: 'seal.state', width: 220, grow: true, cell: (row) => <span className={row.held ? undefined : 'may-no'}>{t(!row.held ? 'seal.lost' : row.leads ? 'seal.leads' : 'seal.held')}</span> },
                  { id: 'since', title: 'seal.since', width: 140, end: true, cell: (row) => <When at={row.since} /> },
                ]}
              />
              {data.renewal && <Renewal renewal={data.renewal} />}
            </>
          )}
        </Part>
      </Section>
    </div>
  )
}

const Renewal = ({ renewal }: { renewal: NonNullable<SealKeys['renewal']> }) => (
  <div className="renewal" role="status">
    {['pending', 'running'].includes(renewal.state) ? (
      <>
        <span>{t('seal.progress', { n: renewal.progress })}</span>
        <progress max={100} value={renewal.progress} aria-label={t('seal.renew')} />
      </>
    ) : (
      <span className="quiet">
        {t(`jobState.${renewal.state}`)}: {t('seal.renew')} <When at={renewal.finishedAt ?? renewal.createdAt} />
      </span>
    )}
    {can('read:job') && <ButtonLink small look="quiet" to={paths.job(renewal.jobId)}>{t('seal.job')}</ButtonLink>}
  </div>
)
