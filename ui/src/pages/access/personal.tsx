/** Rights one person was given or denied beyond their role: what holds now, with the ways to end and to add. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { read, remove } from '@/api/client'
import type { EndedRight, PersonalRight, User, UserRights } from '@/api/shapes'
import { t } from '@/i18n'
import { roleName } from '@/pages/people/roles'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'
import { useMe } from '@/session'
import { GiveRight } from './give-right'
import { powerName } from './save-roles'

export const rightsQuery = (id: string) => read<UserRights>(`/users/${id}/rights`)
const stateOf = (right: PersonalRight) => (right.endedAt ? 'ended' : right.expiresAt && Date.parse(right.expiresAt) < Date.now() ? 'expired' : right.effect === 'grant' ? 'granted' : 'denied')

export function PersonalRights({ user, whole }: { user: User; whole?: boolean }) {
  const client = useQueryClient()
  const mine = useMe().id === user.id
  const query = useQuery(rightsQuery(user.id))
  const [giving, setGiving] = useState(false)
  const refuse = mine ? t('people.isYou') : user.role === 'owner' ? t('access.ownerHasAll') : lacking('grant:right', { type: 'user', id: user.id })
  const end = (right: PersonalRight) =>
    confirm({
      title: t(right.effect === 'grant' ? 'access.endGrantTitle' : 'access.endDenialTitle', { right: powerName(right.permission) }),
      body: t('access.endBody', { name: user.name }),
      deed: t('access.end'),
      danger: right.effect === 'grant',
      run: async () => {
        const after = await remove<EndedRight>(`/users/${user.id}/rights/${right.id}`)
        await client.invalidateQueries({ queryKey: ['users', user.id] })
        const role = after.sources.find((source) => source.role)?.role
        toast({ text: after.allowed ? (role ? t('access.stillBy', { name: user.name, role: roleName(role) }) : t('access.stillAllowed', { name: user.name })) : t('access.noMore', { name: user.name }) })
      },
    })
  const columns: Column<PersonalRight>[] = [
    { id: 'state', title: 'access.state', width: 110, cell: (row) => <State value={stateOf(row)} /> },
    { id: 'right', title: 'access.permission', width: 170, grow: true, cell: (row) => <>{powerName(row.permission)}<span className="cell-note">{row.reason}</span></> },
    { id: 'by', title: 'access.by', width: 130, cell: (row) => row.createdByName },
    { id: 'since', title: 'access.since', width: 110, cell: (row) => <When at={row.createdAt} /> },
    { id: 'until', title: 'access.until', width: 120, cell: (row) => (row.endedAt ? <When at={row.endedAt} /> : row.expiresAt ? <When at={row.expiresAt} /> : t('access.untilEnded')) },
    { id: 'end', deeds: true, title: 'access.end', width: 80, end: true, cell: (row) => !['ended', 'expired'].includes(stateOf(row)) && <Button small look="quiet" refuse={refuse} onClick={() => end(row)}>{t('access.end')}</Button> },
  ]
  return (
    <Section
      title={t(whole ? 'access.personal' : 'access.rights')}
      actions={
        <>
          {!whole && <ButtonLink small look="quiet" to={paths.personRights(user.id)}>{t('access.allRights')}</ButtonLink>}
          <Button small refuse={refuse} onClick={() => setGiving(true)}>
            {t('access.giveOrDeny')}
          </Button>
        </>
      }
    >
      <Part query={query}>
        {({ rights }) => (
          <Rows
            label={t('access.personal')}
            columns={columns}
            rows={whole ? rights : rights.filter((right) => !['ended', 'expired'].includes(stateOf(right)))}
            id={(row) => row.id}
            empty={t('access.onlyRole', { role: roleName(user.role) })}
          />
        )}
      </Part>
      {giving && <GiveRight user={user} onClose={() => setGiving(false)} />}
    </Section>
  )
}
