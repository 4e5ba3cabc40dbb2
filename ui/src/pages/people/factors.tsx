/** The second factors of a person, for those who look after accounts: what there is, and the way out for somebody who lost theirs. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { post, read } from '@/api/client'
import type { Factor, Factors, User } from '@/api/shapes'
import { t, word } from '@/i18n'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { When } from '@/parts/values'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import { can, useMe } from '@/session'

/** Whoever asks for it may be somebody else. */
const identified = () => ({ label: t('factor.identified'), hint: t('factor.identifiedHint') })

export function PersonFactors({ user }: { user: User }) {
  const client = useQueryClient()
  const mine = useMe().id === user.id
  const query = useQuery(read<Factors>(`/users/${user.id}/factors`))
  const { name } = user
  const reset = () =>
    confirm({
      title: t('factor.resetTitle', { name }),
      body: t('factor.resetBody', { name }),
      deed: t('factor.reset'),
      danger: true,
      name,
      reason: 'required',
      also: identified(),
      run: async (reason, identifiedBy) => {
        await post(`/users/${user.id}/factors/reset`, { reason, identifiedBy })
        await client.invalidateQueries({ queryKey: ['users', user.id] })
        toast({ text: t('factor.resetDone', { name }) })
      },
    })
  const removeOne = (one: Factor) =>
    confirm({
      title: t('passkey.removeTitle', { name: one.name, person: name }),
      body: t('passkey.removeBody', { person: name }),
      deed: t('factor.remove'),
      danger: true,
      name,
      reason: 'required',
      also: identified(),
      run: async (reason, identifiedBy) => {
        await post(`/users/${user.id}/factors/${one.id}/remove`, { reason, identifiedBy })
        await client.invalidateQueries({ queryKey: ['users', user.id] })
        toast({ text: t('passkey.removed', { name: one.name }) })
      },
    })
  const refuse = mine ? t('people.isYou') : query.data?.factors.length === 0 ? t('factor.nothingToReset') : undefined
  return (
    <Section title={t('factor.title')} actions={can('reset:factor') && query.data && <Button small refuse={refuse} onClick={reset}>{t('factor.reset')}</Button>}>
      <Part query={query}>
        {({ factors, backupCodesLeft }) => (
          <Rows
            label={t('factor.title')}
            rows={factors}
            id={(row) => row.id}
            empty={t('factor.ofPerson')}
            columns={[
              { id: 'name', title: 'factor.name', width: 180, grow: true, cell: (row) => row.name },
              { id: 'kind', title: 'factor.kind', width: 150, cell: (row) => word('factorKind', row.kind) },
              { id: 'since', title: 'factor.since', width: 120, cell: (row) => <When at={row.createdAt} /> },
              { id: 'used', title: 'factor.lastUsed', width: 120, cell: (row) => <When at={row.lastUsedAt} /> },
              { id: 'remove', deeds: true, title: 'factor.remove', width: 80, end: true, cell: (row) => can('reset:factor') && <Button small look="quiet" refuse={mine && t('people.isYou')} onClick={() => removeOne(row)}>{t('factor.remove')}</Button> },
            ]}
            foot={
              <tr>
                <td colSpan={5} className="quiet">
                  {backupCodesLeft > 0 ? t('factor.codesLeft', { n: backupCodesLeft }) : t('factor.noCodesLeft')}
                </td>
              </tr>
            }
          />
        )}
      </Part>
    </Section>
  )
}
