/** The connections to providers people sign in at: who they are, whether they work, and what they have to be told. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { patch, read, remove } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { Provider } from '@/api/shapes'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { rolesQuery } from '@/pages/people/roles'
import { Button, IconButton } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Menu } from '@/parts/menu'
import { Part } from '@/parts/states'
import { atOnce } from '@/lib/at-once'
import { toast } from '@/parts/toasts'
import { State } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { AddProvider, EditProvider } from './change'
import { TestProvider, Told } from './trial'

type Open = { what: 'add' } | { what: 'edit' | 'told' | 'made' | 'test'; one: Provider }

export function Providers() {
  const client = useQueryClient()
  const query = useQuery(read<Provider[]>('/providers'))
  useQuery(rolesQuery)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const settle = () => client.invalidateQueries({ queryKey: ['providers'] })
  const lack = lacking('manage:provider')
  const turn = (one: Provider) =>
    atOnce(client, { root: 'providers', id: one.id, change: { enabled: !one.enabled } }, () => patch<Provider>(`/providers/${one.id}`, { enabled: !one.enabled }, one.version)).then(
      () => toast({ text: t(one.enabled ? 'providers.off' : 'providers.on', { name: one.name }) }),
      () => undefined,
    )
  const gone = async (one: Provider, force: boolean) => {
    await remove(`/providers/${one.id}${force ? '?force=true' : ''}`)
    await settle()
    toast({ text: t('providers.gone', { name: one.name }) })
  }
  const strand = (one: Provider, count: number) =>
    confirm({ title: t('providers.strandTitle', { name: one.name }), body: t('providers.strandBody', { n: count }), deed: t('providers.strandDeed'), danger: true, name: one.name, run: () => gone(one, true) })
  const drop = (one: Provider) =>
    confirm({
      title: t('providers.removeTitle', { name: one.name }),
      body: t('providers.removeBody', { n: one.people }),
      deed: t('providers.remove'),
      danger: true,
      name: one.name,
      run: async () => {
        try {
          await gone(one, false)
        } catch (error) {
          const problem = asProblem(error)
          if (problem.code !== 'last_way_in_for_some') throw error
          // After this question is closed, the other one.
          setTimeout(() => strand(one, problem.count ?? one.people))
        }
      },
    })
  return (
    <div id="providers">
      <Section title={t('providers.title')} actions={<Button small refuse={lack} onClick={() => setOpen({ what: 'add' })}>{t('providers.add')}</Button>}>
        <p className="section-lead">{t('providers.lead')}</p>
        <Part query={query}>
          {(rows) => (
            <Rows
              label={t('providers.title')}
              rows={rows}
              id={(row) => row.id}
              empty={t('providers.none')}
              columns={[
                { id: 'name', title: 'providers.name', width: 180, grow: true, cell: (row) => row.name },
                { id: 'kind', title: 'providers.kind', width: 150, cell: (row) => word('preset', row.kind) },
                { id: 'state', title: 'seal.state', width: 110, cell: (row) => <State value={row.enabled ? 'active' : 'off'} /> },
                { id: 'people', title: 'providers.people', width: 90, end: true, cell: (row) => number(row.people) },
                {
                  id: 'deeds',
                  deeds: true,
                  title: 'common.more',
                  width: 60,
                  end: true,
                  cell: (row) => (
                    <Menu
                      items={[
                        { label: t('providers.edit'), refuse: lack, run: () => setOpen({ what: 'edit', one: row }) },
                        { label: t('providers.told'), run: () => setOpen({ what: 'told', one: row }) },
                        { label: t('providers.test'), refuse: lack, run: () => setOpen({ what: 'test', one: row }) },
                        { label: t(row.enabled ? 'providers.turnOff' : 'providers.turnOn'), refuse: lack, run: () => void turn(row) },
                        { label: t('providers.remove'), danger: true, refuse: lack, run: () => drop(row) },
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
          )}
        </Part>
      </Section>
      {open?.what === 'add' && <AddProvider onClose={close} onDone={(made) => (void settle(), setOpen({ what: 'made', one: made }))} />}
      {open?.what === 'edit' && <EditProvider provider={open.one} onClose={close} onDone={(next) => (void settle(), toast({ text: t('providers.saved', { name: next.name }) }), close())} />}
      {(open?.what === 'told' || open?.what === 'made') && <Told provider={open.one} first={open.what === 'made'} onClose={close} onTest={() => setOpen({ what: 'test', one: open.one })} />}
      {open?.what === 'test' && <TestProvider provider={open.one} onClose={close} />}
    </div>
  )
}
