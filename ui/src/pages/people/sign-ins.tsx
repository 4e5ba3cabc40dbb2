/** How a person's last attempts to sign in went, and what is locked against guessing, with the way to unlock it. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { Lockout, SignInAttempt, User } from '@/api/shapes'
import { t } from '@/i18n'
import { clock } from '@/lib/time'
import { attemptColumns } from '@/pages/sign-ins/columns'
import { unlockSignIn } from '@/pages/sign-ins/unlock'
import { filtered, paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { Part } from '@/parts/states'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'

const FEW = 6
/** Beside the timeline there is less room; the list has them all. */
const columns = attemptColumns.filter((column) => column.id !== 'how' && column.id !== 'why')

export function PersonSignIns({ user }: { user: User }) {
  const attempts = useQuery(read<SignInAttempt[]>(`/users/${user.id}/sign-ins`, { limit: FEW }))
  return (
    <Section title={t('signIns.history')} actions={<ButtonLink small look="quiet" to={filtered(paths.signIns, { userId: user.id })}>{t('people.showAll')}</ButtonLink>}>
      <Locks user={user} />
      <Part query={attempts}>{(rows) => <Rows label={t('signIns.history')} columns={columns} rows={rows} id={(row) => row.id} empty={t('signIns.none')} />}</Part>
    </Section>
  )
}

function Locks({ user }: { user: User }) {
  const client = useQueryClient()
  const lockout = useQuery(read<Lockout>(`/users/${user.id}/lockout`)).data
  if (!lockout?.locked) return null
  const said = [
    lockout.lockedUntil && t('signIns.locked', { time: clock(Date.parse(lockout.lockedUntil)) }),
    lockout.factorsLockedUntil && t('signIns.factorsLocked', { time: clock(Date.parse(lockout.factorsLockedUntil)) }),
    ...lockout.addresses.filter((one) => one.lockedUntil).map((one) => t('signIns.lockedFrom', { n: one.failures, address: one.address ?? t('signIns.everywhere') })),
  ].filter(Boolean)
  return (
    <div className="form-note locks" role="status">
      <p>{said.join(' ')}</p>
      <Button small refuse={lacking('update:user', { type: 'user', id: user.id })} onClick={() => void unlockSignIn(user, () => client.invalidateQueries({ queryKey: ['users', user.id] }))}>
        {t('signIns.unlock')}
      </Button>
    </div>
  )
}
