/** Whether orders are what their histories tell, and the way back for those that are not. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { RotateCw, ShieldAlert, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { post, read } from '@/api/client'
import type { OrderHistoryProof, RestoredOrders, WrongOrder } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { Tabs } from '@/frame/tabs'
import { t, word } from '@/i18n'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast } from '@/parts/toasts'
import { lacking } from '@/parts/why'
import { Rows } from '@/record/rows'

const proofQuery = read<OrderHistoryProof>('/orders/history/proof')

/** Those whose own history is whole; of the others nobody knows how they were. */
const restorable = ({ wrong }: OrderHistoryProof) => wrong.filter((row) => row.code === 'differs').length
/** More than a hundred are not listed, and nobody knows how many of them can be restored. */
const all = ({ wrong }: OrderHistoryProof) => wrong.length < 100

export function Histories() {
  const proof = useQuery({ ...proofQuery, staleTime: 10_000 })
  const [open, setOpen] = useState(false)
  return (
    <div className="sheet-page">
      <header className="page-head">
        <h1 className="page-title">{t('histories.title')}</h1>
      </header>
      <Tabs area="jobs" />
      <div className="access-body">
        <p className="section-lead">{t('histories.lead')}</p>
        <Part query={proof} lines={3}>
          {(data) => (
            <>
              <Verdict proof={data} busy={proof.isFetching} again={() => void proof.refetch()} restore={() => setOpen(true)} />
              {!data.intact && <Wrong rows={data.wrong} />}
            </>
          )}
        </Part>
      </div>
      {open && <Restore n={proof.data && all(proof.data) ? restorable(proof.data) : undefined} onClose={() => setOpen(false)} />}
    </div>
  )
}

function Verdict({ proof, busy, again, restore }: { proof: OrderHistoryProof; busy: boolean; again: () => void; restore: () => void }) {
  const Icon = proof.intact ? ShieldCheck : ShieldAlert
  const refuse = lacking('manage:job') ?? (restorable(proof) === 0 && all(proof) ? t('histories.noneRestorable') : undefined)
  return (
    <section className={`proof ${proof.intact ? 'proof-good' : 'proof-bad'}`} role="status" aria-label={t('histories.title')}>
      <Icon size={18} aria-hidden />
      <div className="proof-text">
        <strong>{proof.intact ? t('histories.intact', { n: proof.checked }) : t('histories.wrong', { n: proof.wrong.length })}</strong>
        <p>{t('histories.how')}</p>
      </div>
      {!proof.intact && (
        <Button small refuse={refuse} onClick={restore}>
          {t('histories.restore')}
        </Button>
      )}
      <Button small icon={<RotateCw size={13} />} busy={busy} onClick={again}>
        {t('histories.again')}
      </Button>
    </section>
  )
}

const Wrong = ({ rows }: { rows: WrongOrder[] }) => (
  <Rows
    label={t('histories.wrongOnes')}
    rows={rows}
    id={(row) => row.id}
    empty={null}
    columns={[
      { id: 'order', title: 'histories.order', width: 120, cell: (row) => <Link to={paths.order(row.id)} className="link">{orderName(row.number)}</Link> },
      { id: 'why', title: 'histories.why', width: 300, grow: true, cell: (row) => word('historyFault', row.code) },
    ]}
  />
)

function Restore({ n, onClose }: { n: number | undefined; onClose: () => void }) {
  const client = useQueryClient()
  const form = useForm<{ reason: string }, RestoredOrders>({
    initial: { reason: '' },
    check: ({ reason }) => (reason.trim() ? {} : { reason: t('common.needsReason') }),
    send: ({ reason }) => post<RestoredOrders>('/orders/history/restore', { reason: reason.trim() }),
    onDone: ({ restored, proof }) => {
      client.setQueryData(proofQuery.queryKey, proof)
      void client.invalidateQueries({ queryKey: ['orders'] })
      toast({ text: t('histories.restored', { n: restored }) })
      onClose()
    },
  })
  return (
    <FormDialog form={form} title={t('histories.restoreTitle')} lead={t('histories.restoreLead')} deed={n === undefined ? t('histories.restore') : t('histories.restoreDeed', { n })} onClose={onClose}>
      <TextField form={form} name="reason" label={t('common.reason')} max={500} />
    </FormDialog>
  )
}
