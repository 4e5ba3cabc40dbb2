/** A payment that waits for its customer: the address they have to open, to be opened here or sent to them. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ExternalLink, Mail } from 'lucide-react'
import { useState } from 'react'
import { read } from '@/api/client'
import type { Payment } from '@/api/shapes'
import { t, word } from '@/i18n'
import { money } from '@/lib/money'
import { orderName } from '@/lib/text'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { CopyButton, State } from '@/parts/values'
import { can, me, sees } from '@/session'
import { canLook, look } from './look'
import { payWords } from './pay-words'

/** Where the customer goes; only an address a browser opens safely. The sandbox has none: somebody here stands in for the customer. */
export const customerLink = (payment: Payment) => (payment.state === 'requires_action' && /^https:\/\//i.test(payment.nextActionUrl ?? '') ? payment.nextActionUrl : undefined)

export function CustomerLink({ payment }: { payment: Payment }) {
  const link = customerLink(payment)
  if (!link) return null
  const { customer } = payment
  const vars = { order: orderName(payment.orderNumber), amount: money(payment.amount) }
  const mail = `mailto:${encodeURIComponent(customer.email)}?subject=${encodeURIComponent(t('pay.mailSubject', vars))}&body=${encodeURIComponent(`${t('pay.mailBody', vars)}\n\n${link}\n`)}`
  return (
    <div className="waits">
      <p className="scan-key">
        <code>{link}</code>
        <CopyButton text={link} label={t('pay.copyLink')} />
      </p>
      <p className="waits-deeds">
        <a className="btn btn-plain btn-small" href={link} target="_blank" rel="noreferrer noopener">
          <ExternalLink size={14} />
          {t('pay.openLink')}
        </a>
        <a className="btn btn-plain btn-small" href={mail}>
          <Mail size={14} />
          {t('pay.mailLink', { name: customer.name })}
        </a>
      </p>
    </div>
  )
}

/** Whether it waits for whoever looks at it: in the sandbox customers prove it on a page of ours. */
export const isMineToProve = (payment: Payment) => payment.state === 'requires_action' && payment.provider === 'sandbox' && payment.customer.id === me.get()?.id && sees('capture:payment')

export const ProofNotice = ({ payment }: { payment: Payment }) => (
  <div className="notice" role="status">
    <strong>{t('pay.proofWaits', { amount: money(payment.amount) })}</strong>
    <ButtonLink to={paths.proof(payment.id)} small>
      {t('pay.proofOpen')}
    </ButtonLink>
  </div>
)

/** What stands on the page of an order or a payment while its customer is waited for. */
export const WaitsNotice = ({ payment }: { payment: Payment }) => (
  <div className="notice" role="status">
    <strong>{t('pay.waits', { name: payment.customer.name, provider: word('provider', payment.provider) })}</strong>
    <CustomerLink payment={payment} />
  </div>
)

/** Live news come at once; where they do not come, it is looked at now and then. */
const EVERY = 3_000

/** After a payment was begun: the address to hand over, and how it goes on, live. */
export function WaitDialog({ payment: begun, onClose }: { payment: Payment; onClose: () => void }) {
  const client = useQueryClient()
  const query = read<Payment>(`/payments/${begun.id}`)
  const now = useQuery({ ...query, initialData: begun, enabled: can('read:payment'), refetchInterval: ({ state }) => (state.data?.state === 'requires_action' ? EVERY : false) })
  const [asking, setAsking] = useState(false)
  const payment = now.data
  const waits = payment.state === 'requires_action'
  const provider = word('provider', payment.provider)
  const ask = () => {
    setAsking(true)
    void look(payment).then((found) => {
      setAsking(false)
      if (found) client.setQueryData(query.queryKey, found)
    })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('pay.waitTitle', { order: orderName(payment.orderNumber) })}
      lead={waits ? t('pay.waitLead', { name: payment.customer.name, amount: money(payment.amount), provider }) : payWords(payment)}
      foot={
        <>
          {canLook(payment) && can('capture:payment') && (
            <Button busy={asking} onClick={ask}>
              {t('payments.look', { provider })}
            </Button>
          )}
          <Button look="primary" onClick={onClose}>
            {t(waits ? 'pay.waitLater' : 'common.close')}
          </Button>
        </>
      }
    >
      <p role="status">
        <State value={payment.state} />
        {waits && <span className="quiet"> {t('pay.waitLive')}</span>}
        {payment.failureMessage && <span className="quiet"> {payment.failureMessage}</span>}
      </p>
      <CustomerLink payment={payment} />
    </Dialog>
  )
}
