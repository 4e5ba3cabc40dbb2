/** A refund that is not simply done: told as it stands, and followed until it is settled. */
import { useQuery } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { Refund } from '@/api/shapes'
import { t } from '@/i18n'
import { money } from '@/lib/money'
import { paths } from '@/paths'
import { Button, ButtonLink } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { State, When } from '@/parts/values'
import { Facts } from '@/record/record-page'

export function Outcome({ refund: begun, again, title, onClose, onRetry }: { refund: Refund; again: boolean; title: string; onClose: () => void; onRetry: () => void }) {
  const settled = (state: string) => state === 'succeeded' || state === 'failed'
  const now = useQuery({ ...read<Refund>(`/refunds/${begun.id}`), initialData: begun, refetchInterval: (query) => (settled(query.state.data?.state ?? '') ? false : 3_000), retry: false })
  const refund = now.data
  const amount = money(refund.amount)
  const text =
    again ? t('refund.already', { amount })
    : refund.state === 'succeeded' ? t('refund.nowDone', { amount })
    : refund.state === 'failed' ? t('refund.refused', { amount })
    : refund.state === 'unknown' ? t('refund.unknown', { amount })
    : t('refund.pending', { amount })
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      foot={
        <>
          {refund.state === 'failed' && <Button onClick={onRetry}>{t('refund.again')}</Button>}
          {location.pathname !== paths.order(refund.orderId) && <ButtonLink to={paths.order(refund.orderId)}>{t('refund.openOrder')}</ButtonLink>}
          <Button look="primary" onClick={onClose} autoFocus>
            {t('common.close')}
          </Button>
        </>
      }
    >
      <p className="effect" role="status">
        {text}
      </p>
      <Facts
        rows={[
          [t('refunds.state'), <State key="s" value={refund.state} />],
          [t('refunds.why'), refund.failureMessage],
          [t('refunds.when'), <When key="w" at={refund.createdAt} />],
        ]}
      />
    </Dialog>
  )
}
