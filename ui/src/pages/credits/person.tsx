/** A person's stored credit: what they may still spend, how it came to be, and giving more of it. */
import { useQuery } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { Approval, Credit, CreditMove, User } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { filtered, paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { OrderLink } from '@/parts/order-link'
import { Part } from '@/parts/states'
import { Money } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Section } from '@/record/record-page'
import { Rows } from '@/record/rows'
import type { Column } from '@/table/spec'
import { moveColumns } from './columns'
import { askCredit, type CreditDeed } from './host'

const FEW = 6
const { kind, amount, after, reason, when } = moveColumns
const columns: Column<CreditMove>[] = [
  {
    ...kind,
    cell: (move) => (
      <>
        {word('creditKind', move.kind)}
        {move.orderId && move.orderNumber && (
          <>
            {' '}
            <OrderLink id={move.orderId} look="link">{orderName(move.orderNumber)}</OrderLink>
          </>
        )}
      </>
    ),
    width: 190,
  },
  {
    ...reason,
    grow: true,
    cell: (move) => (
      <>
        {move.reason}
        {move.createdBy && <span className="cell-note">{t('common.by', { name: move.createdBy.name })}</span>}
      </>
    ),
  },
  amount,
  after,
  when,
]

export function PersonCredit({ user }: { user: User }) {
  const credits = useQuery(read<Credit[]>('/credits', { customerId: user.id, limit: 20 }))
  const balances = credits.data?.map((one) => one.balance) ?? []
  const ask = (deed: CreditDeed) => () => askCredit({ customer: user, deed, balances })
  const about = { type: 'user' as const, id: user.id }
  const gone = user.erasedAt ? t('credits.isErased') : user.status === 'deleted' ? t('people.isDeleted') : undefined
  const deeds = [
    { id: 'credit-take', label: t('credits.take'), refuse: gone ?? lacking('grant:refund', about) ?? lacking('refund:order', about) ?? (balances.some((one) => one.amount > 0) ? undefined : t('credits.nothingLeft')), run: ask('take_back') },
    { id: 'credit-give', label: t('credits.give'), refuse: gone ?? lacking('grant:refund', about), run: ask('give') },
  ]
  useActions(deeds)
  return (
    <Section
      title={t('credits.title')}
      actions={
        <>
          {(credits.data?.length ?? 0) > 0 && <ButtonLink small look="quiet" to={filtered(paths.creditMoves, { customerId: user.id })}>{t('people.showAll')}</ButtonLink>}
          {deeds.map((deed) => (
            <Button key={deed.id} small refuse={deed.refuse} onClick={deed.run}>
              {deed.label}
            </Button>
          ))}
        </>
      }
    >
      <Waiting user={user} />
      <Part query={credits} lines={2}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="quiet section-empty">{t('credits.none')}</p>
          ) : (
            <>
              <dl className="money-line">
                {rows.map((one) => (
                  <div key={one.id}>
                    <dt>{rows.length > 1 ? `${t('credits.balance')} (${one.balance.currency})` : t('credits.balance')}</dt>
                    <dd>
                      <Money value={one.balance} />
                    </dd>
                  </div>
                ))}
              </dl>
              <Moves id={user.id} />
            </>
          )
        }
      </Part>
    </Section>
  )
}

function Moves({ id }: { id: string }) {
  const moves = useQuery(read<CreditMove[]>('/credits/moves', { customerId: id, sort: '-createdAt', limit: FEW }))
  return <Part query={moves}>{(rows) => <Rows label={t('credits.movesTitle')} columns={columns} rows={rows} id={(move) => move.id} empty={t('credits.noMoves')} />}</Part>
}

/** What somebody asked to give, and somebody else has yet to approve. */
function Waiting({ user }: { user: User }) {
  const asked = useQuery(read<Approval[]>('/approvals', { kind: 'credit', state: 'waiting', limit: 50 }))
  const mine = asked.data?.filter((one) => one.subject.id === user.id) ?? []
  return mine.map((one) => (
    <div key={one.id} className="notice notice-deed" role="status">
      {t('credits.waits', { amount: money(one.amount) })}
      <ButtonLink small to={paths.approval(one.id)}>
        {t('credits.toApprovals')}
      </ButtonLink>
    </div>
  ))
}
