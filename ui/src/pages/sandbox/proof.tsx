/** In the sandbox no bank asks customers for a proof, so this page does: they say how it ends themselves. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { post, read } from '@/api/client'
import type { Payment, PaymentDone } from '@/api/shapes'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { Empty, Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { payWords } from '../orders/pay-words'

export function ProofPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const payment = useQuery(read<Payment>(`/payments/${id}`))
  return (
    <div className="page-alone">
      <Part query={payment} lines={4} whole>
        {(data) => (data.state === 'requires_action' ? <Proof payment={data} /> : <Done payment={data} />)}
      </Part>
    </div>
  )
}

function Proof({ payment }: { payment: Payment }) {
  const client = useQueryClient()
  const go = useNavigate()
  const [busy, setBusy] = useState<'success' | 'fail'>()
  const [keys] = useState(() => ({ success: crypto.randomUUID(), fail: crypto.randomUUID() }))
  const say = (outcome: 'success' | 'fail') => {
    setBusy(outcome)
    post<PaymentDone>(`/payments/${payment.id}/confirm`, { outcome }, keys[outcome]).then(
      ({ payment: now }) => {
        toast({ text: payWords(now), ...(now.state === 'failed' ? { bad: true } : {}) })
        void go({ to: paths.order(payment.orderId), replace: true })
      },
      (error: unknown) => {
        toastProblem(error)
        setBusy(undefined)
        void client.invalidateQueries({ queryKey: read<Payment>(`/payments/${payment.id}`).queryKey })
      },
    )
  }
  return (
    <section className="waits" aria-labelledby="proof">
      <h1 id="proof">{t('pay.proofTitle', { order: orderName(payment.orderNumber) })}</h1>
      <p>{t('pay.proofLead', { amount: money(payment.amount), method: payment.methodLabel })}</p>
      <p className="quiet">{t('pay.proofPlay')}</p>
      <p className="waits-deeds">
        <Button look="primary" busy={busy === 'success'} refuse={busy === 'fail' ? t('pay.proofBusy') : undefined} onClick={() => say('success')}>
          {t('pay.proofConfirm', { amount: money(payment.amount) })}
        </Button>
        <Button busy={busy === 'fail'} refuse={busy === 'success' ? t('pay.proofBusy') : undefined} onClick={() => say('fail')}>
          {t('pay.proofDecline')}
        </Button>
      </p>
    </section>
  )
}

const Done = ({ payment }: { payment: Payment }) => (
  <>
    <h1 className="unseen">{t('pay.proofTitle', { order: orderName(payment.orderNumber) })}</h1>
    <Empty action={<ButtonLink to={paths.order(payment.orderId)}>{t('pay.takingOpen')}</ButtonLink>}>{payWords(payment)}</Empty>
  </>
)
