/** One business: where it stands, how much it has, and shutting it, opening it, taking it out, deleting it. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { read } from '@/api/client'
import type { TenantDetail } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { bytes } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { Id, State, When } from '@/parts/values'
import { Facts, Figure, RecordHeader, Section } from '@/record/record-page'
import { CloseTenant } from './close'
import { useTenantDeeds } from './deeds'

export function TenantPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const tenant = useQuery(read<TenantDetail>(`/tenants/${id}`))
  return (
    <Part query={tenant} lines={8} whole>
      {(data) => <Whole tenant={data} />}
    </Part>
  )
}

function Whole({ tenant }: { tenant: TenantDetail }) {
  const [closing, setClosing] = useState(false)
  const deeds = useTenantDeeds(tenant, () => setClosing(true))
  useActions(deeds.map(({ id, label, run, refuse }) => ({ id, label, run, refuse })))
  const { usage } = tenant
  return (
    <div className="record">
      <RecordHeader
        up={{ to: paths.tenants, label: t('tenants.title') }}
        title={tenant.name}
        marks={
          <>
            <State value={tenant.state} />
            {tenant.home && <span>{t('tenants.home')}</span>}
            <Id id={tenant.id} />
          </>
        }
        actions={deeds.filter((deed) => deed.main).map((deed) => (
          <Button key={deed.id} refuse={deed.refuse} onClick={deed.run}>
            {deed.label}
          </Button>
        ))}
        more={deeds.filter((deed) => !deed.main).map(({ label, run, refuse, danger }) => ({ label, run, refuse, ...(danger ? { danger } : {}) }))}
      />
      <div className="form-page form-page-wide choice-list">
        {tenant.state !== 'active' && <p className="form-note">{said(tenant)}</p>}
        <div className="figures figures-plain">
          <Figure name={t('tenants.people')}>{number(usage.people)}</Figure>
          <Figure name={t('tenants.orders')}>{number(usage.orders)}</Figure>
          <Figure name={t('tenants.files')} note={bytes(usage.bytes)}>{number(usage.files)}</Figure>
        </div>
        <Section title={t('tenants.facts')}>
          <Facts
            rows={[
              [t('tenants.slug'), <code key="s">{tenant.slug}</code>],
              [t('tenants.currency'), tenant.currency],
              [t('tenants.environment'), word('frame', tenant.environment)],
              [t('tenants.made'), <When key="m" at={tenant.createdAt} />],
              [t('tenants.since'), tenant.since && <When key="t" at={tenant.since} />],
              [t('common.reason'), tenant.reason],
              [t('tenants.purgeAt'), tenant.purgeAt && <When key="p" at={tenant.purgeAt} />],
            ]}
          />
        </Section>
      </div>
      {closing && <CloseTenant tenant={tenant} onClose={() => setClosing(false)} />}
    </div>
  )
}

const said = ({ state }: TenantDetail) => t(state === 'suspended' ? 'tenants.isSuspended' : state === 'closing' ? 'tenants.isClosing' : 'tenants.isPurging')
