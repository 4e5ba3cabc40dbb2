/** What stands under the rows: where we are, whether it is live, how old it is. */
import { useSyncExternalStore } from 'react'
import { liveNow, watchLive } from '@/api/events'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { useNow } from '@/lib/tick'
import { ago } from '@/lib/time'

export const useLive = () => useSyncExternalStore(watchLive, liveNow)
const tones = { live: 'ok', connecting: 'idle', lost: 'bad' } as const

export const LiveMark = () => {
  const live = useLive()
  return (
    <span className={`state tone-${tones[live]}`}>
      <span className="dot" aria-hidden />
      {t(`frame.${live}`)}
    </span>
  )
}

type Props = { from: number; to: number; total: number | undefined; exact: boolean; at: number }
export function Foot({ from, to, total, exact, at }: Props) {
  const now = useNow()
  const place = total === undefined ? t('table.countLoaded', { from, to }) : t(exact ? 'table.countOf' : 'table.countAtLeast', { from, to: Math.max(from, to), total: number(total) })
  return (
    <footer className="list-foot">
      {to > 0 && <span className="num">{place}</span>}
      <LiveMark />
      {at > 0 && <span className="num">{t('table.updated', { age: ago(at, now) })}</span>}
    </footer>
  )
}
