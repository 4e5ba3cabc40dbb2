/** The access review: what people of the staff hold and have not used, with the two ways to take it away. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { read } from '@/api/client'
import type { AccessReview, User } from '@/api/shapes'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { personQuery } from '@/pages/people/peek'
import { RoleDialog } from '@/pages/people/role'
import { roleName, roleOptions } from '@/pages/people/roles'
import { Button } from '@/parts/button'
import { PersonLink } from '@/parts/person-link'
import { Empty, Part } from '@/parts/states'
import { When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { useMe } from '@/session'
import { GiveRight } from './give-right'
import { Choose } from './inputs'

const spans = [30, 90, 180, 365]
type Doing = { id: string; deed: 'role' | 'deny'; permission?: string }

export function ReviewPage() {
  const search = useSearch({ strict: false }) as { days?: string; role?: string }
  const go = useNavigate()
  const days = search.days ?? '90'
  const review = useQuery({ ...read<AccessReview[]>('/access/review', { days, role: search.role ?? '' }), placeholderData: (before) => before })
  const [doing, setDoing] = useState<Doing>()
  const set = (next: Record<string, string>) => void go({ to: '.', search: Object.fromEntries(Object.entries({ ...search, ...next }).filter(([, value]) => value)) as never, replace: true })
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('access.review')}</h1>
        {review.data && <span className="page-count">{review.data.length}</span>}
      </header>
      <Tabs area="access" />
      <div className="access-body">
        <p className="section-lead">{t('review.lead')}</p>
        <div className="review-tools">
          <Choose label={t('review.days')} value={days} onChange={(next) => set({ days: next })} options={spans.map((n) => ({ value: String(n), label: t('review.nDays', { n }) }))} />
          <Choose label={t('people.role')} value={search.role ?? ''} none={t('common.all')} onChange={(role) => set({ role })} options={roleOptions()} />
        </div>
        <Part query={review} lines={8}>
          {(rows) => (rows.length === 0 ? <Empty>{t('review.empty')}</Empty> : <Table rows={rows} onDo={setDoing} />)}
        </Part>
      </div>
      {doing && <Doer doing={doing} onClose={() => setDoing(undefined)} />}
    </div>
  )
}

function Table({ rows, onDo }: { rows: AccessReview[]; onDo: (doing: Doing) => void }) {
  const [open, setOpen] = useState<string>()
  const mine = useMe().id
  return (
    <div className="rows-wrap">
      <table className="rows" aria-label={t('access.review')}>
        <thead>
          <tr>
            <th scope="col" className="cell-grow">{t('review.who')}</th>
            <th scope="col">{t('people.role')}</th>
            <th scope="col">{t('review.lastUsed')}</th>
            <th scope="col" className="cell-end">{t('review.held')}</th>
            <th scope="col" className="cell-end">{t('review.unused')}</th>
            <th scope="col"><span className="unseen">{t('common.more')}</span></th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.userId} row={row} open={open === row.userId} mine={mine === row.userId} onOpen={() => setOpen(open === row.userId ? undefined : row.userId)} onDo={onDo} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type RowProps = { row: AccessReview; open: boolean; mine: boolean; onOpen: () => void; onDo: (doing: Doing) => void }
function Row({ row, open, mine, onOpen, onDo }: RowProps) {
  const about = { type: 'user', id: row.userId } as const
  const own = mine ? t('people.isYou') : undefined
  const deny = own ?? (row.role === 'owner' ? t('access.ownerHasAll') : lacking('grant:right', about))
  return (
    <>
      <tr>
        <td className="cell-grow"><PersonLink id={row.userId} look="link">{row.name}</PersonLink></td>
        <td>{roleName(row.role)}</td>
        <td>{row.lastUsedAt ? <When at={row.lastUsedAt} /> : <span className="quiet">{t('review.never')}</span>}</td>
        <td className="cell-end num">{row.held}</td>
        <td className="cell-end">
          {row.unused.length === 0 ? (
            <span className="quiet">–</span>
          ) : (
            <button type="button" className="linkish num" aria-expanded={open} aria-label={t('review.showUnused', { n: row.unused.length, name: row.name })} onClick={onOpen}>
              {row.unused.length}
            </button>
          )}
        </td>
        <td className="cell-end">
          <Button small look="quiet" refuse={own ?? lacking('update:role', about)} onClick={() => onDo({ id: row.userId, deed: 'role' })}>
            {t('people.changeRole')}
          </Button>
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={6} className="cell-grow">
            <ul className="unused" aria-label={t('review.unused')}>
              {row.unused.map((permission) => (
                <li key={permission}>
                  {word('permission', permission)}
                  <Button small look="quiet" refuse={deny} onClick={() => onDo({ id: row.userId, deed: 'deny', permission })}>
                    {t('access.deny')}
                  </Button>
                </li>
              ))}
            </ul>
          </td>
        </tr>
      )}
    </>
  )
}

function Doer({ doing, onClose }: { doing: Doing; onClose: () => void }) {
  const person = useQuery(personQuery(doing.id)).data as User | undefined
  if (!person) return null
  return doing.deed === 'role' ? <RoleDialog user={person} onClose={onClose} /> : <GiveRight user={person} permission={doing.permission ?? ''} effect="deny" onClose={onClose} />
}
