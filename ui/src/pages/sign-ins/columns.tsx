/** Attempts to sign in, as a table shows them. */
import type { SignInAttempt } from '@/api/shapes'
import { t, word } from '@/i18n'
import { country } from '@/lib/text'
import { PersonLink } from '@/parts/person-link'
import { State, When } from '@/parts/values'
import type { Column } from '@/table/spec'

/** The country in the reader's words; this computer and private networks have words of their own. */
export const placeName = (place: string | null | undefined) => (place === 'here' || place === 'private' ? word('signInPlace', place) : place && country(place))

/** What people should look at; the rest is good to know. */
const loud = new Set(['impossible_travel', 'new_country', 'after_failures'])
function Risks({ of }: { of: SignInAttempt }) {
  if (!of.risks.length) return none
  return of.risks.map((risk, i) => (
    <span key={risk} className={loud.has(risk) ? undefined : 'quiet'}>
      {i > 0 && ' · '}
      {word('signInRisk', risk)}
    </span>
  ))
}

const none = <span className="quiet">–</span>
export const attemptColumns: Column<SignInAttempt>[] = [
  { id: 'when', title: 'signIns.when', width: 130, moment: true, cell: (row) => <When at={row.at} /> },
  { id: 'outcome', title: 'signIns.outcome', width: 120, cell: (row) => <State value={row.outcome} /> },
  { id: 'why', title: 'signIns.why', width: 130, drop: 2, cell: (row) => (row.reason ? word('signInReason', row.reason) : none) },
  { id: 'how', title: 'signIns.how', width: 120, drop: 3, cell: (row) => (row.method ? word('signInMethod', row.method) : none) },
  { id: 'device', title: 'signIns.device', width: 160, grow: 1, cell: (row) => (row.device ? <>{row.device}{row.newDevice && !row.risks.includes('new_device') && <span className="quiet"> · {t('signIns.newDevice')}</span>}</> : none) },
  { id: 'place', title: 'signIns.place', width: 130, drop: 1, cell: (row) => placeName(row.place) ?? none },
  { id: 'risks', title: 'signIns.risks', width: 220, grow: 1, cell: (row) => <Risks of={row} /> },
  { id: 'ip', title: 'signIns.address', width: 130, cell: (row) => <code>{row.ip ?? '–'}</code> },
]
export const accountColumn: Column<SignInAttempt> = {
  id: 'account',
  title: 'signIns.account',
  width: 170,
  grow: 2,
  cell: (row) => (row.user ? <PersonLink id={row.user.id} look="link">{row.user.name}</PersonLink> : (row.email ?? none)),
}
