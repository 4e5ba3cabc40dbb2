/** Where somebody is known elsewhere: one's own to link and unlink, a person's to look at. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, read, remove } from '@/api/client'
import type { Identities, Identity, SignInProvider } from '@/api/shapes'
import { t, word } from '@/i18n'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Menu } from '@/parts/menu'
import { Failure, Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { useMe } from '@/session'
import { goTo, wasCalledOff } from './go'
import { saidOf } from './said'
import { Waiting } from './waiting'

export function OwnIdentities() {
  const client = useQueryClient()
  const { tenant } = useMe()
  const query = useQuery(read<Identities>('/auth/identities'))
  const ways = useQuery({ queryKey: ['ways', 'providers', 'of', tenant.slug], queryFn: () => get<SignInProvider[]>('/auth/providers', { tenant: tenant.slug }), staleTime: 60_000 })
  const [away, setAway] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const settle = () => client.invalidateQueries({ queryKey: ['auth', 'identities'] })
  const link = (way: SignInProvider) => {
    setAway(true)
    setProblem(undefined)
    goTo<Identity>({ id: way.id, purpose: 'link' }).then(
      () => {
        setAway(false)
        toast({ text: t('elsewhere.linked', { name: way.name }) })
        void settle()
      },
      (error: unknown) => {
        setAway(false)
        if (!wasCalledOff(error)) setProblem(saidOf(error))
      },
    )
  }
  const unlink = (one: Identity) =>
    confirm({
      title: t('identity.unlinkTitle', { name: one.provider.name }),
      body: t('identity.unlinkBody', { name: one.provider.name }),
      deed: t('identity.unlink'),
      run: async () => {
        try {
          await remove(`/auth/identities/${one.id}`)
        } catch (error) {
          throw saidOf(error)
        }
        await settle()
        toast({ text: t('identity.unlinked', { name: one.provider.name }) })
      },
    })
  const open = ways.data?.filter((way) => !query.data?.identities.some((one) => one.provider.id === way.id)) ?? []
  return (
    <Section
      title={t('identity.title')}
      actions={open.length > 0 && <Menu items={open.map((way) => ({ label: way.name, run: () => link(way) }))} trigger={<Button small busy={away}>{t('identity.link')}</Button>} />}
    >
      {problem !== undefined && <Failure problem={problem} small />}
      <Waiting on={away} />
      <Part query={query}>
        {({ identities, hasPassword }) => (
          <>
            <List rows={identities} empty={t(ways.data?.length === 0 ? 'identity.noneHere' : 'identity.none')} unlink={unlink} />
            {!hasPassword && <p className="field-hint">{t('identity.noPassword')}</p>}
          </>
        )}
      </Part>
    </Section>
  )
}

export function PersonIdentities({ id }: { id: string }) {
  const query = useQuery(read<Identities>(`/users/${id}/identities`))
  return (
    <Section title={t('identity.title')}>
      <Part query={query}>
        {({ identities, hasPassword }) => (
          <>
            <List rows={identities} empty={t('identity.ofPerson')} />
            {!hasPassword && <p className="field-hint">{t('identity.personNoPassword')}</p>}
          </>
        )}
      </Part>
    </Section>
  )
}

const List = ({ rows, empty, unlink }: { rows: Identity[]; empty: string; unlink?: (one: Identity) => void }) => (
  <Rows
    label={t('identity.title')}
    rows={rows}
    id={(row) => row.id}
    empty={empty}
    columns={[
      { id: 'name', title: 'providers.name', width: 160, grow: true, cell: (row) => <>{row.provider.name}{!row.provider.enabled && <span className="cell-note">{word('state', 'off')}</span>}</> },
      { id: 'email', title: 'identity.email', width: 200, cell: (row) => row.email ?? <span className="quiet">–</span> },
      { id: 'since', title: 'identity.since', width: 120, cell: (row) => <When at={row.linkedAt} /> },
      { id: 'used', title: 'factor.lastUsed', width: 120, cell: (row) => <When at={row.lastUsedAt} /> },
      ...(unlink ? [{ id: 'unlink', title: 'identity.unlink' as const, width: 90, end: true, cell: (row: Identity) => <Button small look="quiet" aria-label={t('identity.unlinkOne', { name: row.provider.name })} onClick={() => unlink(row)}>{t('identity.unlink')}</Button> }] : []),
    ]}
  />
)
