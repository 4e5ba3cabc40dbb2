/** One person: the whole of what is known, and everything that happened. */
import { Unreadable } from '@/parts/unreadable'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { User } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t } from '@/i18n'
import { tongueName } from '@/lib/countries'
import { useKeys } from '@/lib/keys'
import { number } from '@/lib/money'
import { country } from '@/lib/text'
import { PersonalRights } from '@/pages/access/personal'
import { PersonCredit } from '@/pages/credits/person'
import { SeeAs } from '@/pages/impersonation/start'
import { Keys } from '@/pages/keys/keys'
import { PersonNewsletters } from '@/pages/newsletters/consent'
import { PersonIdentities } from '@/pages/providers/identities'
import { filtered, paths } from '@/paths'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { Avatar, Id, State, When } from '@/parts/values'
import { can } from '@/session'
import { Files } from '@/record/files'
import { Facts, Figure, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { usePersonDeeds } from './deeds'
import { EditPerson } from './edit'
import { figuresQuery, personQuery, Sums } from './peek'
import { PersonFactors } from './factors'
import { RoleDialog } from './role'
import { roleName } from './roles'
import { PersonAudit, PersonOrders, PersonPayments } from './trade'
import { PersonSessions } from './sessions'
import { PersonCarts, PersonReturns } from './shop'
import { PersonSignIns } from './sign-ins'

export function PersonPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const person = useQuery(personQuery(id))
  return (
    <Part query={person} lines={10} whole>
      {(user) => <Person user={user} />}
    </Part>
  )
}

function Person({ user }: { user: User }) {
  const [open, setOpen] = useState<'edit' | 'role' | 'seeAs'>()
  const deeds = usePersonDeeds(user, { edit: () => setOpen('edit'), role: () => setOpen('role'), seeAs: () => setOpen('seeAs') })
  useActions(deeds.map((deed) => ({ id: deed.id, label: deed.label, refuse: deed.refuse, run: deed.run, ...(deed.id === 'edit' ? { keys: 'E' } : {}) })))
  useKeys([{ keys: 'e', label: 'people.edit', run: () => !user.erasedAt && !deeds[0]?.refuse && setOpen('edit') }])
  const name = user.erasedAt ? t('people.erasedName') : user.name
  const main = deeds.filter((deed) => deed.main)
  return (
    <>
      <RecordPage
        header={
          <RecordHeader
            up={{ to: paths.people, label: t('people.title') }}
            title={
              <span className="person-title">
                <Avatar name={name} /> {name}
              </span>
            }
            marks={
              <>
                <State value={user.erasedAt ? 'erased' : user.status} />
                {!user.erasedAt && <span>{roleName(user.role)}</span>}
                <Id id={user.id} kind="user" />
              </>
            }
            actions={main.map((deed) => (
              <Button key={deed.id} refuse={deed.refuse} onClick={deed.run}>
                {deed.label}
              </Button>
            ))}
            more={deeds.filter((deed) => !deed.main).map((deed) => ({ label: deed.label, run: deed.run, refuse: deed.refuse, ...(deed.danger ? { danger: true } : {}) }))}
          />
        }
        side={<Timeline path={`/users/${user.id}/timeline`} self={user.id} />}
      >
        <Figures id={user.id} />
        <Section title={t('people.profile')}>{user.erasedAt ? <Nobody user={user} /> : <Profile user={user} />}</Section>
        {can('read:order') && <PersonOrders id={user.id} />}
        {can('read:payment') && <PersonPayments id={user.id} />}
        {can('read:payment') && <PersonCredit user={user} />}
        {can('read:order') && <PersonReturns id={user.id} />}
        {can('read:order') && <PersonCarts id={user.id} />}
        {!user.erasedAt && <OwnThings user={user} />}
        {can('read:audit') && <PersonAudit id={user.id} />}
      </RecordPage>
      {open === 'edit' && <EditPerson user={user} onClose={() => setOpen(undefined)} />}
      {open === 'seeAs' && <SeeAs user={user} onClose={() => setOpen(undefined)} />}
      {open === 'role' && <RoleDialog user={user} onClose={() => setOpen(undefined)} />}
    </>
  )
}

/** What goes when somebody is erased. */
const OwnThings = ({ user }: { user: User }) => (
  <>
    <Files type="user" id={user.id} />
    <PersonNewsletters user={user} />
    {can('read:role') && <PersonalRights user={user} />}
    {can('manage:session') && <PersonFactors user={user} />}
    {can('manage:session') && <PersonIdentities id={user.id} />}
    {can('manage:session') && <PersonSessions user={user} />}
    {can('read:sign-in') && <PersonSignIns user={user} />}
    {can('manage:key') && <Keys path={`/users/${user.id}/keys`} />}
  </>
)

function Figures({ id }: { id: string }) {
  const figures = useQuery(figuresQuery(id))
  return (
    <Part query={figures} lines={2}>
      {(data) => (
        <div className="figures figures-plain">
          <Figure name={t('people.orders')} to={filtered(paths.orders, { customerId: id })}>{number(data.orders)}</Figure>
          <Figure name={t('people.spent')}><Sums values={data.spent} /></Figure>
          <Figure name={t('people.refunded')}><Sums values={data.refunded} /></Figure>
          <Figure name={t('people.lastOrder')}>{data.lastOrderAt ? <When at={data.lastOrderAt} /> : <span className="quiet">–</span>}</Figure>
        </div>
      )}
    </Part>
  )
}

const Profile = ({ user }: { user: User }) => (
  <Facts
    rows={[
      [t('people.email'), <span key="e">{user.email}{user.emailVerified && <span className="cell-note">{t('people.proved')}</span>}</span>],
      [t('people.phone'), user.unreadable?.includes('phone') ? <Unreadable key="p" /> : user.phone],
      [t('people.country'), country(user.country)],
      [t('people.language'), tongueName(user.language)],
      [t('people.lastLogin'), user.lastLoginAt ? <When key="l" at={user.lastLoginAt} /> : t('people.never')],
      [t('people.since'), <When key="s" at={user.createdAt} />],
      [t('people.lockedSince'), user.lockedAt && <When key="k" at={user.lockedAt} />],
      [t('people.lockReason'), user.lockReason],
      [t('people.deletedSince'), user.deletedAt && <When key="d" at={user.deletedAt} />],
      [t('people.notes'), user.unreadable?.includes('notes') ? <Unreadable key="n" /> : user.notes && <span key="n" className="notes">{user.notes}</span>],
    ]}
  />
)

/** Nothing is known of this person any more; what the books need stays. */
const Nobody = ({ user }: { user: User }) => (
  <>
    <p className="section-lead">{t('people.erasedLead')}</p>
    <Facts rows={[[t('people.erasedSince'), <When key="e" at={user.erasedAt} />], [t('people.since'), <When key="s" at={user.createdAt} />]]} />
  </>
)
