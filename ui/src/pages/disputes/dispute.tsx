/** One dispute: what the bank took, until when an answer is due, the evidence, and handing it in once. */
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { post, read, request } from '@/api/client'
import type { DisputeDetail, StoredFile } from '@/api/shapes'
import { AreaField } from '@/forms/fields'
import { FormProblem } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { useActions } from '@/frame/actions'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { PersonLink } from '@/parts/person-link'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { Id, Money, State, When } from '@/parts/values'
import { lacking, type Refuse } from '@/parts/why'
import { Facts, RecordHeader, RecordPage, Section } from '@/record/record-page'
import { Timeline } from '@/record/timeline'
import { can } from '@/session'
import { Due, whyOf } from './list'

const texts = ['productDescription', 'customerCommunication', 'shippingDocumentation', 'refundPolicy', 'other'] as const
const isOpen = (dispute: DisputeDetail) => dispute.state === 'opened' || dispute.state === 'needs_evidence'

export function DisputePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const dispute = useQuery(read<DisputeDetail>(`/disputes/${id}`))
  return (
    <Part query={dispute} lines={10} whole>
      {(data) => <Whole dispute={data} />}
    </Part>
  )
}

const took = (client: QueryClient, next: DisputeDetail) => {
  client.setQueryData(read<DisputeDetail>(`/disputes/${next.id}`).queryKey, next)
  return Promise.all(['disputes', 'payments', 'orders', 'ledger'].map((root) => client.invalidateQueries({ queryKey: [root] })))
}

function useDisputeDeeds(dispute: DisputeDetail): { id: string; label: string; refuse: Refuse; run: () => void; main?: boolean; danger?: boolean }[] {
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
    { id: 'submit', label: t('disputes.submit'), refuse: lack ?? (some ? undefined : t('disputes.nothingYet')), main: true, run: () => ask('submit', t('disputes.submittedDone')) },
    ...(dispute.provider === 'sandbox' && !over ? [{ id: 'won', label: t('disputes.decideWon'), refuse: lacking('answer:dispute'), run: decide('won') }, { id: 'lost', label: t('disputes.decideLost'), refuse: lacking('answer:dispute'), run: decide('lost') }] : []),
  ]
}

function Whole({ dispute }: { dispute: DisputeDetail }) {
  const deeds = useDisputeDeeds(dispute)
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
            [t('disputes.order'), <Link key="o" to={paths.order(dispute.orderId)} className="link">{order}</Link>],
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
      <Evidence key={dispute.version} dispute={dispute} />
    </RecordPage>
  )
}

function Evidence({ dispute }: { dispute: DisputeDetail }) {
  const client = useQueryClient()
  const sees = can('read:file')
  const files = useQuery({ ...read<StoredFile[]>('/files', { subjectType: 'order', subjectId: dispute.orderId, limit: 100 }), enabled: sees })
  const form = useForm({
    initial: { ...(Object.fromEntries(texts.map((name) => [name, dispute.evidence.texts[name] ?? ''])) as Record<(typeof texts)[number], string>), files: dispute.evidence.files.map((file) => file.id).join(' ') },
    send: async ({ files: chosen, ...rest }) =>
      (await request<DisputeDetail>('PUT', `/disputes/${dispute.id}/evidence`, { body: { texts: Object.fromEntries(Object.entries(rest).filter(([, text]) => text.trim() !== '')), files: chosen.split(' ').filter(Boolean) }, version: dispute.version })).data,
    onDone: (next) => {
      void took(client, next)
      toast({ text: t('disputes.saved') })
    },
  })
  const locked = !isOpen(dispute) || dispute.pending || Boolean(lacking('answer:dispute'))
  const chosen = form.values.files.split(' ').filter(Boolean)
  return (
    <Section title={t('disputes.evidence')}>
      {!locked && <p className="section-lead">{t('disputes.evidenceLead')}</p>}
      <form
        aria-label={t('disputes.evidence')}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          form.submit()
        }}
      >
        <fieldset disabled={locked} className="form">
          {texts.map((name) => (
            <AreaField key={name} form={form} name={name} label={t(`disputes.${name}`)} rows={2} optional />
          ))}
          {sees && (
            <fieldset className="field">
              <legend className="field-label">{t('disputes.files')}</legend>
              <Part query={files} lines={2}>
                {(rows) =>
                  rows.length === 0 ? (
                    <p className="quiet">{t('disputes.noFiles')}</p>
                  ) : (
                    rows.map((file) => (
                      <label key={file.id} className="check">
                        <input type="checkbox" checked={chosen.includes(file.id)} onChange={(event) => form.set('files', rows.map((one) => one.id).filter((id) => (id === file.id ? event.target.checked : chosen.includes(id))).join(' '))} /> {file.name}
                      </label>
                    ))
                  )
                }
              </Part>
            </fieldset>
          )}
          <FormProblem form={form} />
          {form.dirty && (
            <div className="form-foot">
              <Button type="submit" look="primary" busy={form.busy}>
                {t('disputes.save')}
              </Button>
            </div>
          )}
        </fieldset>
      </form>
    </Section>
  )
}
