/** What can be done with one person, with the reason where it cannot. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { post, remove } from '@/api/client'
import { Problem } from '@/api/problem'
import type { User } from '@/api/shapes'
import { t, type Key, type Right } from '@/i18n'
import { download } from '@/lib/download'
import { filtered, paths } from '@/paths'
import { confirm } from '@/parts/confirm'
import { toast, toastProblem } from '@/parts/toasts'
import { lacking, type Refuse } from '@/parts/why'
import { can, useMe } from '@/session'

/** What stands in the way of erasing somebody, in words of one's own language. */
const inTheWay: Record<string, Key> = { orders_open: 'people.ordersOpen', not_deleted: 'people.notDeleted', erased: 'people.erasedAlready' }

/** Saves everything that is held about a person; without an id, about oneself. */
export const savePersonalData = (id?: string) =>
  void download(id ? `/users/${id}/personal-data` : '/auth/personal-data', 'personal-data.json').then((name) => name && toast({ text: t('people.dataSaved', { name }) }), toastProblem)

export type PersonDeed = { id: string; label: string; run: () => void; refuse?: Refuse; danger?: boolean; main?: boolean }

export function usePersonDeeds(user: User, open: { edit: () => void; role: () => void; seeAs: () => void }): PersonDeed[] {
  const client = useQueryClient()
  const go = useNavigate()
  const mine = useMe().id === user.id
  const { name } = user
  const settle = () => client.invalidateQueries({ queryKey: ['users'] })
  const undo = (back: () => Promise<unknown>) => () => void back().then(settle, toastProblem)
  const lack = (right: Right) => lacking(right, { type: 'user', id: user.id })
  const gone = user.status === 'deleted' ? t('people.isDeleted') : undefined
  const own = mine ? t('people.isYou') : undefined

  const lock = () =>
    confirm({
      title: t('people.lockTitle', { name }),
      body: t('people.lockBody', { name }),
      deed: t('people.lock'),
      danger: true,
      name,
      reason: 'required',
      run: async (reason) => {
        await post(`/users/${user.id}/lock`, { reason })
        await settle()
        toast({ text: t('people.locked', { name }), undo: undo(() => post(`/users/${user.id}/unlock`)) })
      },
    })
  const unlock = () =>
    confirm({
      title: t('people.unlockTitle', { name }),
      body: t('people.unlockBody', { name }),
      deed: t('people.unlock'),
      run: async () => {
        await post(`/users/${user.id}/unlock`)
        await settle()
        toast({ text: t('people.unlocked', { name }), undo: undo(() => post(`/users/${user.id}/lock`, { reason: user.lockReason || t('people.undoneUnlock') })) })
      },
    })
  const restore = async () => {
    await post(`/users/${user.id}/restore`)
    await settle()
    toast({ text: t('people.restored', { name }) })
  }
  const away = () =>
    confirm({
      title: t('people.deleteTitle', { name }),
      body: t('people.deleteBody', { name }),
      deed: t('people.delete'),
      danger: true,
      name,
      run: async () => {
        await remove(`/users/${user.id}`)
        await settle()
        toast({ text: t('people.deleted', { name }), undo: undo(() => post(`/users/${user.id}/restore`)) })
      },
    })

  const invite = () =>
    confirm({
      title: t('passwords.inviteAgainTitle', { name }),
      body: t('passwords.inviteAgainBody', { name, email: user.email }),
      deed: t('passwords.inviteAgain'),
      run: async () => {
        await post(`/users/${user.id}/invitation`)
        await settle()
        toast({ text: t('passwords.invitedAgain', { email: user.email }) })
      },
    })
  const demand = () =>
    confirm({
      title: t('passwords.demandTitle', { name }),
      body: t('passwords.demandBody', { name }),
      deed: t('passwords.demand'),
      run: async () => {
        await post(`/users/${user.id}/demand-password`)
        await settle()
        toast({ text: t('passwords.demanded', { name }) })
      },
    })

  const erase = () =>
    confirm({
      title: t('people.eraseTitle', { name }),
      body: t('people.eraseBody', { name }),
      deed: t('people.erase'),
      danger: true,
      name,
      reason: 'required',
      reasonHint: t('people.eraseReason'),
      run: async (reason) => {
        try {
          await post(`/users/${user.id}/erase`, { reason })
        } catch (error) {
          const plain = error instanceof Problem ? inTheWay[error.code] : undefined
          throw plain && error instanceof Problem ? new Problem(error.status, { code: error.code, title: t(plain) }) : error
        }
        await settle()
        toast({ text: t('people.erased') })
      },
    })

  if (user.erasedAt) return can('read:audit') ? [{ id: 'actor', label: t('people.whatTheyDid'), run: () => void go({ to: filtered(paths.audit, { actorId: user.id }) }) }] : []
  const locked = user.status === 'locked'
  const deeds: PersonDeed[] = [{ id: 'edit', label: t('people.edit'), main: true, refuse: lack('update:user') ?? gone, run: open.edit }]
  if (user.status === 'deleted') deeds.push({ id: 'restore', label: t('people.restore'), main: true, refuse: lack('delete:user'), run: () => void restore().catch(toastProblem) })
  else if (locked) deeds.push({ id: 'unlock', label: t('people.unlock'), main: true, refuse: lack('update:user'), run: unlock })
  else deeds.push({ id: 'lock', label: t('people.lock'), main: true, refuse: lack('update:user') ?? own, run: lock })
  deeds.push({ id: 'role', label: t('people.changeRole'), refuse: lack('update:role') ?? own ?? gone, run: open.role })
  if (user.status === 'invited') deeds.push({ id: 'invite', label: t('passwords.inviteAgain'), main: true, refuse: lack('create:user'), run: invite })
  else if (user.status !== 'deleted') deeds.push({ id: 'demand', label: t('passwords.demand'), refuse: lack('update:user'), run: demand })
  if (can('create:order')) deeds.push({ id: 'order', label: t('people.newOrder'), refuse: gone, run: () => void go({ to: filtered(paths.newOrder, { customerId: user.id }) }) })
  if (can('impersonate:user')) deeds.push({ id: 'as', label: t('as.deed'), refuse: own ?? (user.status === 'active' ? undefined : t('as.notActive')), run: open.seeAs })
  if (can('read:audit')) deeds.push({ id: 'actor', label: t('people.whatTheyDid'), run: () => void go({ to: filtered(paths.audit, { actorId: user.id }) }) })
  if (can('export:user')) deeds.push({ id: 'data', label: t('people.data'), run: () => savePersonalData(user.id) })
  if (user.status === 'deleted') deeds.push({ id: 'erase', label: t('people.erase'), danger: true, refuse: lack('erase:user') ?? own, run: erase })
  if (user.status !== 'deleted') deeds.push({ id: 'delete', label: t('people.delete'), danger: true, refuse: lack('delete:user') ?? own, run: away })
  return deeds
}
