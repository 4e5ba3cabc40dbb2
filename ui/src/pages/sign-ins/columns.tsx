/** Attempts to sign in, as a table shows them. */
import { Link } from '@tanstack/react-router'
import type { SignInAttempt } from '@/api/shapes'
import { t, word } from '@/i18n'
import { paths } from '@/paths'
import { State, When } from '@/parts/values'
import type { Column } from '@/table/spec'

const none = <span className="quiet">–</span>
export const attemptColumns: Column<SignInAttempt>[] = [
  { id: 'when', title: 'signIns.when', width: 130, cell: (row) => <When at={row.at} /> },
  { id: 'outcome', title: 'signIns.outcome', width: 120, cell: (row) => <State value={row.outcome} /> },
  { id: 'why', title: 'signIns.why', width: 150, drop: 2, grow: 1, cell: (row) => (row.reason ? word('signInReason', row.reason) : none) },
  { id: 'how', title: 'signIns.how', width: 120, drop: 3, cell: (row) => (row.method ? word('signInMethod', row.method) : none) },
  { id: 'device', title: 'signIns.device', width: 160, grow: 1, cell: (row) => (row.device ? <>{row.device}{row.newDevice && <span className="quiet"> · {t('signIns.newDevice')}</span>}</> : none) },
  { id: 'ip', title: 'signIns.address', width: 130, cell: (row) => <code>{row.ip ?? '–'}</code> },
]
export const accountColumn: Column<SignInAttempt> = {
  id: 'account',
  title: 'signIns.account',
  width: 170,
  grow: 2,
  cell: (row) => (row.user ? <Link to={paths.person(row.user.id)} className="link">{row.user.name}</Link> : (row.email ?? none)),
}
