/** A person beside the list: who it is, how they stand, what happened. */
import { Unreadable } from '@/parts/unreadable'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { read } from '@/api/client'
import type { User, UserOverview } from '@/api/shapes'
import { t } from '@/i18n'
import { country } from '@/lib/text'
import { paths } from '@/paths'
import { Part } from '@/parts/states'
import { Id, Money, State, When } from '@/parts/values'
import { Facts } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { roleName } from './roles'

export const personQuery = (id: string) => read<User>(`/users/${id}`)
export const figuresQuery = (id: string) => read<UserOverview>(`/users/${id}/overview`)

export function PersonPeek({ id }: { id: string }) {
  const person = useQuery(personQuery(id))
  const figures = useQuery(figuresQuery(id)).data
  return (
    <div className="peek">
      <Part query={person}>
        {(user) => (
          <>
            <header className="peek-head">
              <h2 className="peek-title">
                <Link to={paths.person(id)} className="quiet-link">{user.erasedAt ? t('people.erasedName') : user.name}</Link>
              </h2>
            </header>
            <div className="peek-marks">
              <State value={user.erasedAt ? 'erased' : user.status} />
              {!user.erasedAt && <span>{roleName(user.role)}</span>}
              <Id id={user.id} kind="user" />
            </div>
            <Facts
              rows={[
                [t('people.email'), user.erasedAt ? undefined : user.email],
                [t('people.erasedSince'), user.erasedAt && <When key="x" at={user.erasedAt} />],
                [t('people.phone'), user.unreadable?.includes('phone') ? <Unreadable key="p" /> : user.phone],
                [t('people.country'), country(user.country)],
                [t('people.lockReason'), user.lockReason],
                [t('people.orders'), figures && String(figures.orders)],
                [t('people.spent'), figures && figures.spent.length > 0 && <Sums values={figures.spent} />],
                [t('people.lastLogin'), <When key="l" at={user.lastLoginAt} />],
                [t('people.since'), <When key="s" at={user.createdAt} />],
              ]}
            />
          </>
        )}
      </Part>
      <Timeline path={`/users/${id}/timeline`} self={id} />
    </div>
  )
}

/** Amounts of several currencies side by side: they are never added up. */
export const Sums = ({ values }: { values: { amount: number; currency: string }[] }) =>
  values.length === 0 ? (
    <span className="quiet">–</span>
  ) : (
    <span className="amounts">
      {values.map((value) => (
        <Money key={value.currency} value={value} />
      ))}
    </span>
  )
