/** Where somebody is signed in, and the way to end it. Used for others (`/users/…`) and for oneself (`/auth`). */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { read, remove } from '@/api/client'
import type { Session, SessionsEnded, User } from '@/api/shapes'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'

export const PersonSessions = ({ user }: { user: User }) => <Sessions path={`/users/${user.id}/sessions`} name={user.name} />

export function Sessions({ path, name }: { path: string; name?: string }) {
  const client = useQueryClient()
  const sessions = useQuery(read<Session[]>(path))
  const end = (body: string, deed: string, run: () => Promise<number>) =>
    confirm({
      title: name ? t('people.endTitle', { name }) : t('people.endOwnTitle'),
      body,
      deed,
      danger: true,
      run: async () => {
        const n = await run()
        await client.invalidateQueries({ queryKey: read(path).queryKey.slice(0, -1) })
        toast({ text: t('people.ended', { n }) })
      },
    })
  const others = sessions.data?.filter((session) => !session.current) ?? []
  const all = t(others.length === sessions.data?.length ? 'people.endEvery' : 'people.endAll')
  return (
    <Section
      title={t('people.sessions')}
      {...(sessions.data ? { count: sessions.data.length } : {})}
      actions={others.length > 1 && <Button small onClick={() => end(t('people.endAllBody', { n: others.length }), all, async () => (await remove<SessionsEnded>(path)).ended)}>{all}</Button>}
    >
      <Part query={sessions}>
        {(rows) => (
          <Rows
            label={t('people.sessions')}
            rows={rows}
            id={(row) => row.id}
            empty={t('people.noSessions')}
            columns={[
              { id: 'device', title: 'people.device', width: 180, grow: true, cell: (row) => (row.current ? `${row.device ?? t('people.device')} · ${t('people.thisOne')}` : (row.device ?? t('people.device'))) },
              { id: 'ip', title: 'people.address', width: 130, cell: (row) => <code>{row.ip ?? '–'}</code> },
              { id: 'used', title: 'people.lastUsed', width: 120, cell: (row) => <When at={row.lastUsedAt} /> },
              { id: 'until', title: 'people.until', width: 120, cell: (row) => <When at={row.expiresAt} /> },
              {
                id: 'end',
                title: 'people.end',
                width: 80,
                end: true,
                cell: (row) => (
                  <Button small look="quiet" refuse={row.current && t('people.endThis')} onClick={() => end(t('people.endBody', { device: row.device ?? t('people.device') }), t('people.end'), async () => (await remove(`${path}/${row.id}`), 1))}>
                    {t('people.end')}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Part>
    </Section>
  )
}
