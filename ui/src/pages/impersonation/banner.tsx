/** Whoever sees Purser as somebody else reads so in every window, with the time left and the way to stop. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { VenetianMask } from 'lucide-react'
import { useEffect, useState } from 'react'
import { remove } from '@/api/client'
import { t } from '@/i18n'
import { useNow } from '@/lib/tick'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { toast, toastProblem } from '@/parts/toasts'
import { becameSomebody, useMe } from '@/session'

const clock = (ms: number) => {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

export function ActingBanner() {
  const user = useMe()
  return user.impersonation ? <Banner key={user.id} name={user.name} acting={user.impersonation} /> : null
}

function Banner({ name, acting }: { name: string; acting: NonNullable<ReturnType<typeof useMe>['impersonation']> }) {
  const client = useQueryClient()
  const go = useNavigate()
  const now = useNow(1_000)
  const [busy, setBusy] = useState(false)
  const left = Date.parse(acting.until) - now
  const over = left <= 0
  useEffect(() => {
    // It ended by itself: the same session is its owner's again.
    if (over) void becameSomebody(client).catch(() => undefined)
  }, [over, client])
  const stop = async () => {
    setBusy(true)
    try {
      await remove('/auth/impersonation')
      await becameSomebody(client)
      toast({ text: t('as.stopped') })
      void go({ to: paths.home })
    } catch (error) {
      toastProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="acting" role="region" aria-label={t('as.banner', { name })}>
      <VenetianMask size={15} aria-hidden />
      <strong>{t('as.banner', { name })}</strong>
      <span className="acting-how">{t(acting.readOnly ? 'as.reading' : 'as.writing')}</span>
      <span className="spring" />
      <span className="num" role="timer" aria-live="off">
        {t('as.left', { time: clock(left) })}
      </span>
      <Button small busy={busy} onClick={() => void stop()}>
        {t('as.stop')}
      </Button>
    </div>
  )
}
