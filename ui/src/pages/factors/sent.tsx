/** A code that is sent: where to, and the way to have another once it may be asked for. Sent once as this appears. */
import { useQuery } from '@tanstack/react-query'
import { asProblem } from '@/api/problem'
import type { SentCode } from '@/api/shapes'
import { t } from '@/i18n'
import { useNow } from '@/lib/tick'
import { Failure } from '@/parts/states'

export type SentKind = 'email' | 'sms'
export const isSent = (kind: string): kind is SentKind => kind === 'email' || kind === 'sms'

type Props = { kind: SentKind; id: string; send: () => Promise<SentCode>; onOver?: () => void }
export function Sent({ kind, id, send, onOver }: Props) {
  const now = useNow(1_000)
  const sent = useQuery({
    queryKey: ['sent', kind, id],
    queryFn: async () => {
      try {
        return await send()
      } catch (error) {
        if (asProblem(error).code === 'challenge_over') onOver?.()
        throw error
      }
    },
    staleTime: Infinity,
    // Going to another way and back sends no second one.
    gcTime: 600_000,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const wait = sent.data ? Math.ceil((Date.parse(sent.data.resendAt) - now) / 1000) : 0
  return (
    <div className="sent">
      {sent.data && <p role="status">{t(kind === 'email' ? 'factor.sentMail' : 'factor.sentText', { to: sent.data.sentTo })}</p>}
      {sent.isError && <Failure problem={sent.error} small />}
      {!sent.isPending &&
        (wait > 0 ? (
          <span className="quiet">{t('factor.resendIn', { n: wait })}</span>
        ) : (
          <button type="button" className="linkish" onClick={() => void sent.refetch()}>
            {t('factor.resend')}
          </button>
        ))}
    </div>
  )
}
