/** Deciding: yes runs it at once, no frees the money, and whoever asked can take it back. */
import { useQueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Approval, ApprovalDetail } from '@/api/shapes'
import { t, type Key } from '@/i18n'
import { money } from '@/lib/money'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'
import { lacking, type Refuse } from '@/parts/why'

export type ApprovalDeed = { id: 'approve' | 'reject' | 'cancel'; label: string; refuse: Refuse; run: () => void }

const plain: Record<string, Key> = { own_request: 'approvals.ownRequest', already_decided: 'approvals.alreadyDecided', expired: 'approvals.isExpired' }
/** Nothing was put aside for stored credit, and nothing is sent: it is given. */
const bodies = { approve: 'approvals.creditApproveBody', reject: 'approvals.creditRejectBody', cancel: 'approvals.creditCancelBody' } as const
/** What the engine refuses, in words of one's own language. */
const inWords = (error: unknown) => {
  const key = error instanceof Problem ? plain[error.code] : undefined
  return key && error instanceof Problem ? new Problem(error.status, { code: error.code, title: t(key) }) : error
}

export function useApprovalDeeds(approval: Approval): ApprovalDeed[] {
  const client = useQueryClient()
  const amount = money(approval.amount)
  const about = approval.subject.label
  const credit = approval.kind === 'credit'
  const settle = () => Promise.all(['approvals', 'refunds', 'orders', 'payments', 'credits', 'users', 'stats'].map((root) => client.invalidateQueries({ queryKey: [root] })))
  const ask = (id: ApprovalDeed['id'], reason: 'optional' | 'required' | undefined, done: (next: ApprovalDetail) => { text: string; bad?: boolean }) => {
    const key = crypto.randomUUID()
    confirm({
      title: t(`approvals.${id}Title`, { amount, about }),
      body: t(credit ? bodies[id] : `approvals.${id}Body`, { amount, name: approval.requestedBy.name }),
      deed: t(`approvals.${id}Deed`, { amount }),
      danger: id !== 'cancel',
      name: about,
      ...(reason ? { reason } : {}),
      run: async (said) => {
        const next = await post<ApprovalDetail>(`/approvals/${approval.id}/${id}`, id === 'cancel' ? undefined : said ? { reason: said } : {}, key).catch((error: unknown) => {
          void settle()
          throw inWords(error)
        })
        await settle()
        toast(done(next))
      },
    })
  }
  if (approval.state !== 'waiting') return []
  const no: Refuse = approval.mine ? t('approvals.ownRequest') : (lacking('decide:approval') ?? lacking('refund:order') ?? (approval.canDecide ? undefined : t('approvals.isExpired')))
  const deeds: ApprovalDeed[] = [
    { id: 'reject', label: t('approvals.reject'), refuse: no, run: () => ask('reject', 'required', () => ({ text: t('approvals.rejected', { amount }) })) },
    {
      id: 'approve',
      label: t('approvals.approve', { amount }),
      refuse: no,
      run: () => ask('approve', 'optional', (next) => (next.state === 'failed' ? { text: t('approvals.failed', { amount }), bad: true } : { text: t(credit ? 'approvals.creditApproved' : 'approvals.approved', { amount, about }) })),
    },
  ]
  return approval.mine ? [{ id: 'cancel', label: t('approvals.cancel'), refuse: lacking('grant:refund'), run: () => ask('cancel', undefined, () => ({ text: t('approvals.cancelled', { amount }) })) }] : deeds
}
