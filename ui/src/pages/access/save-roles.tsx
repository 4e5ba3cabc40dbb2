/** Before drafts become rights: what every role gains and loses, and how many people it touches, as the engine works it out. */
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { patch, post } from '@/api/client'
import { asProblem, type Problem } from '@/api/problem'
import type { RoleDefinition, RoleEffect } from '@/api/shapes'
import { t, word } from '@/i18n'
import { number } from '@/lib/money'
import { roleName } from '@/pages/people/roles'
import { Button, Kbd } from '@/parts/button'
import { confirmKeys, Dialog, Why } from '@/parts/dialog'
import { Failure, Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import type { Drafts } from './matrix'

export const powerName = (power: string) => (power.endsWith(':own') ? t('access.overOwn', { right: word('permission', power.slice(0, -4)) }) : word('permission', power))

type Props = { roles: RoleDefinition[]; drafts: Drafts; onClose: () => void; onSaved: (keys: string[]) => void }
export function SaveRoles({ roles, drafts, onClose, onSaved }: Props) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const changed = roles.filter((role) => drafts[role.key])
  const previews = useQueries({
    queries: changed.map((role) => ({ queryKey: ['preview', role.key, drafts[role.key]], queryFn: () => post<RoleEffect>(`/roles/${role.key}/preview`, { permissions: drafts[role.key] }), gcTime: 0, staleTime: Infinity, retry: false })),
  })
  const failed = previews.find((one) => one.isError)
  const refuse = failed ? t('access.cannotSave') : previews.some((one) => !one.data) ? t('table.preview') : undefined
  const save = async () => {
    if (refuse || busy) return
    setBusy(true)
    setProblem(undefined)
    const done: string[] = []
    try {
      for (const role of changed) {
        await patch(`/roles/${role.key}`, { permissions: drafts[role.key] }, role.version)
        done.push(role.key)
      }
      toast({ text: t('access.saved', { n: done.length }) })
      onClose()
    } catch (error) {
      setProblem(asProblem(error))
    } finally {
      // What was saved is no draft any more, even where a later one failed.
      await client.invalidateQueries({ queryKey: ['roles'] })
      onSaved(done)
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('access.reviewTitle')}
      lead={t('access.reviewLead')}
      wide
      onConfirm={() => void save()}
      foot={
        <>
          <Why refuse={refuse} />
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look="primary" busy={busy} refuse={refuse}>
            {t('access.save')} <Kbd>{confirmKeys}</Kbd>
          </Button>
        </>
      }
    >
      {changed.map((role, i) => {
        const query = previews[i]
        return query && <Part key={role.key} query={query} lines={3}>{(effect) => <Effect effect={effect} main={role.key} />}</Part>
      })}
      {problem && <Failure problem={problem} small />}
    </Dialog>
  )
}

function Effect({ effect, main }: { effect: RoleEffect; main: string }) {
  return (
    <section className="role-effect" aria-label={roleName(main)}>
      <table className="rows diff-rows">
        <thead>
          <tr>
            <th scope="col">{t('people.role')}</th>
            <th scope="col">{t('access.gains')}</th>
            <th scope="col">{t('access.loses')}</th>
            <th scope="col" className="cell-end">
              {t('access.people')}
            </th>
          </tr>
        </thead>
        <tbody>
          {effect.roles.map((one) => (
            <tr key={one.role} className="diff-changed">
              <th scope="row">
                {roleName(one.role)}
                {one.role !== main && <span className="cell-note">{t('access.inherited')}</span>}
              </th>
              <td className={one.gained.length > 0 ? 'diff-after' : 'quiet'}>{one.gained.map(powerName).join(', ') || '–'}</td>
              <td className={one.lost.length > 0 ? 'diff-before' : 'quiet'}>{one.lost.map(powerName).join(', ') || '–'}</td>
              <td className="cell-end num">{number(one.people)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">
        {effect.people === 0 ? t('access.nobody') : t('access.affected', { n: effect.people })} {effect.named.length > 0 && `${effect.named.map((one) => one.name).join(', ')}${effect.people > effect.named.length ? ' …' : ''}`}
      </p>
    </section>
  )
}
