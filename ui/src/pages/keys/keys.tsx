/** API keys: one's own, to make, replace and revoke; those of others, to revoke. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { post, read, remove } from '@/api/client'
import type { ApiKey, NewApiKey } from '@/api/shapes'
import { t, word } from '@/i18n'
import { Button, IconButton } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Menu } from '@/parts/menu'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { NewKey, Secret } from './new'
import { stateOf } from './state'

/** `path`: `/keys` for one's own, `/users/{id}/keys` for those of somebody else. */
export function Keys({ path, own }: { path: string; own?: boolean }) {
  const client = useQueryClient()
  const keys = useQuery(read<ApiKey[]>(path))
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<NewApiKey>()
  const settle = () => client.invalidateQueries({ queryKey: read(path).queryKey.slice(0, -1) })
  const revoke = (key: ApiKey) =>
    confirm({
      title: t('apiKeys.revokeTitle', { name: key.name }),
      body: t('apiKeys.revokeBody'),
      deed: t('apiKeys.revoke'),
      danger: true,
      name: key.name,
      run: async () => {
        await remove(`${path}/${key.id}`)
        await settle()
        toast({ text: t('apiKeys.revoked', { name: key.name }) })
      },
    })
  const rotate = (key: ApiKey) => {
    const once = crypto.randomUUID()
    confirm({
      title: t('apiKeys.rotateTitle', { name: key.name }),
      body: t('apiKeys.rotateBody'),
      deed: t('apiKeys.rotateDeed'),
      run: async () => {
        const next = await post<NewApiKey>(`${path}/${key.id}/rotate`, {}, once)
        await settle()
        setMade(next)
      },
    })
  }
  return (
    <Section title={t('apiKeys.title')} {...(keys.data ? { count: keys.data.length } : {})} actions={own && <Button small onClick={() => setMaking(true)}>{t('apiKeys.add')}</Button>}>
      {own && <p className="section-lead">{t('apiKeys.lead')}</p>}
      <Part query={keys}>
        {(rows) => (
          <Rows
            label={t('apiKeys.title')}
            rows={rows}
            id={(row) => row.id}
            empty={t('apiKeys.none')}
            columns={[
              { id: 'name', title: 'apiKeys.name', width: 150, grow: true, cell: (row) => row.name },
              { id: 'prefix', title: 'apiKeys.begins', width: 140, cell: (row) => <code>{row.prefix}…</code> },
              { id: 'may', title: 'apiKeys.may', width: 90, cell: (row) => <span title={row.scopes.map((one) => word('permission', one)).join(', ')}>{t('apiKeys.scopes', { n: row.scopes.length })}</span> },
              { id: 'used', title: 'apiKeys.lastUsed', width: 110, cell: (row) => <When at={row.lastUsedAt} /> },
              { id: 'until', title: 'apiKeys.until', width: 110, cell: (row) => <When at={row.expiresAt} /> },
              { id: 'networks', title: 'apiKeys.networks', width: 120, cell: (row) => <span title={row.allowedNetworks.join(', ')}>{row.allowedNetworks.join(', ') || t('apiKeys.anywhere')}</span> },
              { id: 'state', title: 'apiKeys.state', width: 100, cell: (row) => <State value={stateOf(row)} /> },
              {
                id: 'deeds',
                deeds: true,
                title: 'common.more',
                width: 60,
                end: true,
                cell: (row) => {
                  const over = stateOf(row) !== 'active' && t('apiKeys.isOver')
                  return (
                    <Menu
                      items={[...(own ? [{ label: t('apiKeys.rotate'), refuse: over, run: () => rotate(row) }] : []), { label: t('apiKeys.revoke'), danger: true, refuse: over, run: () => revoke(row) }]}
                      trigger={
                        <IconButton label={`${t('common.more')}: ${row.name}`} hint={false}>
                          <Ellipsis size={14} />
                        </IconButton>
                      }
                    />
                  )
                },
              },
            ]}
          />
        )}
      </Part>
      {making && (
        <NewKey
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false)
            setMade(key)
            void settle()
          }}
        />
      )}
      {made && <Secret made={made} onClose={() => setMade(undefined)} />}
    </Section>
  )
}
