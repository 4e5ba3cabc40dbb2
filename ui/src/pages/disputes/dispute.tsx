/** One dispute: what the bank took, until when an answer is due, the evidence, and handing it in once. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { post, read } from '@/api/client'
import type { DisputeDetail } from '@/api/shapes'
import { useActions } from '@/frame/actions'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { OrderLink } from '@/parts/order-link'
import { PersonLink } from '@/parts/person-link'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Id, Money, State, When } from '@/parts/values'
import { lacking, type Refuse } from '@/parts/why'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { Evidence, isOpen, took } from './evidence'
import { Due, whyOf } from './list'

export function DisputePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const dispute = useQuery(read<DisputeDetail>(`/disputes/${id}`))
  return (
    <Part query={dispute} lines={10} whole>
      {(data) => <Whole dispute={data} />}
    </Part>
  )
}

function useDisputeDeeds(dispute: DisputeDetail, dirty: boolean): { id: string; label: string; refuse: Refuse; run: () => void; main?: boolean; danger?: boolean }[] {
  const client = useQueryClient()
  const order = orderName(dispute.orderNumber)
  const amount = money(dispute.amount)
  const lack: Refuse = lacking('answer:dispute') ?? (!isOpen(dispute) ? t('disputes.isOver') : dispute.pending ? t('disputes.isPending') : undefined)
  const some = dispute.evidence.files.length > 0 || Object.values(dispute.evidence.texts).some(Boolean)
  const ask = (deed: 'submit' | 'accept', done: string) => {
    const key = crypto.randomUUID()
    confirm({
      title: t(deed === 'submit' ? 'disputes.submitTitle' : 'disputes.acceptTitle', { order, amount }),
      body: t(`disputes.${deed}Body`),
      deed: t(deed === 'submit' ? 'disputes.submitDeed' : 'disputes.acceptDeed', { amount }),
      ...(deed === 'accept' ? { danger: true, name: order, reason: 'required' as const } : {}),
      run: async (reason) => {
        await took(client, await post<DisputeDetail>(`/disputes/${dispute.id}/${deed}`, deed === 'accept' ? { reason } : undefined, key))
        toast({ text: done })
      },
    })
  }
  const decide = (outcome: 'won' | 'lost') => () =>
    confirm({
      title: t(outcome === 'won' ? 'disputes.decideWon' : 'disputes.decideLost'),
      body: t('disputes.sandboxDecide'),
      deed: t(outcome === 'won' ? 'disputes.decideWon' : 'disputes.decideLost'),
      run: async () => void (await took(client, await post<DisputeDetail>(`/disputes/${dispute.id}/decide`, { outcome }))),
    })
  const over = ['won', 'lost', 'accepted'].includes(dispute.state)
  return [
    { id: 'accept', label: t('disputes.accept'), refuse: lack, danger: true, run: () => ask('accept', t('disputes.accepted', { amount })) },
    { id: 'submit', label: t('disputes.submit'), refuse: lack ?? (dirty ? t('disputes.saveFirst') : some ? undefined : t('disputes.nothingYet')), main: true, run: () => ask('submit', t('disputes.submittedDone')) },
    ...(dispute.provider === 'sandbox' && !over ? [{ id: 'won', label: t('disputes.decideWon'), refuse: lacking('answer:dispute'), run: decide('won') }, { id: 'lost', label: t('disputes.decideLost'), refuse: lacking('answer:dispute'), run: decide('lost') }] : []),
  ]
}

function Whole({ dispute }: { dispute: DisputeDetail }) {
  // What is handed in is what is kept, so nothing is while more stands in the form.
  const [dirty, setDirty] = useState(false)
  const deeds = useDisputeDeeds(dispute, dirty)
  useActions(deeds)
  const order = orderName(dispute.orderNumber)
  return (
    <RecordPage
      header={
        <RecordHeader
          up={{ to: paths.disputes, label: t('disputes.title') }}
          title={t('disputes.one', { order })}
          marks={
            <>
              <State value={dispute.state} words="disputeState" />
              <Id id={dispute.id} />
            </>
          }
          actions={deeds.filter((deed) => deed.main && isOpen(dispute)).map((deed) => (
            <Button key={deed.id} look="primary" refuse={deed.refuse} onClick={deed.run}>
              {deed.label}
            </Button>
          ))}
          more={deeds.filter((deed) => !deed.main).map(({ label, run, refuse, danger }) => ({ label, run, refuse, ...(danger ? { danger } : {}) }))}
        />
      }
      side={<Timeline path={`/orders/${dispute.orderId}/timeline`} self={dispute.id} label={order} />}
    >
      {dispute.late && isOpen(dispute) && <p className="notice notice-bad">{t('disputes.late')}</p>}
      {dispute.failureMessage && <p className="notice notice-bad">{dispute.failureMessage}</p>}
      {isOpen(dispute) && dispute.refunded.amount > 0 && (
        <p className="notice">
          {dispute.credited.amount > 0 ? t('disputes.creditedToo', { amount: money(dispute.refunded), credit: money(dispute.credited) }) : t('disputes.refundedToo', { amount: money(dispute.refunded) })}
        </p>
      )}
      <dl className="money-line">
        {([['disputes.amount', dispute.amount], ['disputes.withdrawn', dispute.withdrawn], ['disputes.reinstated', dispute.reinstated], ['disputes.fee', dispute.fee], ...(dispute.feeBack.amount > 0 ? ([['disputes.feeBack', dispute.feeBack]] as const) : [])] as const).map(([title, value]) => (
          <div key={title}>
            <dt>{t(title)}</dt>
            <dd>
              <Money value={value} dash={title !== 'disputes.amount'} />
            </dd>
          </div>
        ))}
      </dl>
      <Section title={t('disputes.facts')}>
        <Facts
          rows={[
            [t('disputes.order'), <OrderLink key="o" id={dispute.orderId} look="link">{order}</OrderLink>],
            [t('disputes.payment'), <Link key="p" to={paths.payment(dispute.paymentId)} className="link">{t('payments.one', { order })}</Link>],
            [t('disputes.customer'), <PersonLink key="c" id={dispute.customer.id} look="link">{dispute.customer.name}</PersonLink>],
            [t('disputes.why'), whyOf(dispute.reason)],
            [t('disputes.due'), isOpen(dispute) && <Due key="d" dispute={dispute} />],
            [t('disputes.opened'), <When key="w" at={dispute.openedAt} />],
            [t('disputes.submitted'), dispute.submittedAt && <When key="s" at={dispute.submittedAt} />],
            [t('disputes.decided'), dispute.decidedAt && <When key="e" at={dispute.decidedAt} />],
            [t('disputes.provider'), word('provider', dispute.provider)],
            [t('disputes.reference'), <code key="r">{dispute.reference}</code>],
          ]}
        />
      </Section>
      <Evidence key={dispute.version} dispute={dispute} onDirty={setDirty} />
    </RecordPage>
  )
}
