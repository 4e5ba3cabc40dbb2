/** While a sealed code has somebody in, those who look after people read so in every window, and owners can end it. */
import { LockKeyholeOpen } from 'lucide-react'
import { useEffect } from 'react'
import { subscribe } from '@/api/events'
import { t } from '@/i18n'
import { useNow } from '@/lib/tick'
import { clock } from '@/lib/time'
import { Button } from '@/parts/button'
import { can, lookAgain, useMe } from '@/session'
import { askClose } from './close'

export function SealedBanner() {
  const alarm = useMe().breakGlass
  useEffect(() => subscribe((heard) => heard.kind === 'change' && heard.change.action.startsWith('break_glass_') && void lookAgain()), [])
  return alarm ? <Banner alarm={alarm} /> : null
}

function Banner({ alarm }: { alarm: NonNullable<ReturnType<typeof useMe>['breakGlass']> }) {
  const over = Date.parse(alarm.until) <= useNow(1_000)
  useEffect(() => {
    if (over) void lookAgain()
  }, [over])
  const said = t(alarm.mine ? 'sealed.mine' : 'sealed.isOpen', { time: clock(Date.parse(alarm.until)) })
  return (
    <div className="acting" role="region" aria-label={said}>
      <LockKeyholeOpen size={15} aria-hidden />
      <strong>{said}</strong>
      <span className="acting-how">
        {alarm.reason}
        {alarm.ip && ` · ${alarm.ip}`}
      </span>
      <span className="spring" />
      {can('manage:break-glass') && (
        <Button small onClick={() => askClose()}>
          {t('sealed.close')}
        </Button>
      )}
    </div>
  )
}
