/** While the engine reads or writes: how far it is, and the way to stop it. */
import { useQueryClient } from '@tanstack/react-query'
import { post } from '@/api/client'
import type { Import } from '@/api/shapes'
import { t } from '@/i18n'
import { number } from '@/lib/money'
import { Button } from '@/parts/button'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'

export function Working({ data }: { data: Import }) {
  const client = useQueryClient()
  const { done, total } = data.progress
  const words = t(data.state === 'checking' ? 'imports.checking' : 'imports.running', { done: number(done), total: number(total) })
  const stop = () =>
    confirm({
      title: t('imports.cancelTitle'),
      body: t('imports.cancelBody'),
      deed: t('imports.cancel'),
      danger: true,
      run: async () => {
        await post(`/imports/${data.id}/cancel`)
        await client.invalidateQueries({ queryKey: ['imports'] })
        toast({ text: t('imports.stopped') })
      },
    })
  return (
    <div className="working">
      <strong className="num">{words}</strong>
      <progress className="bar-progress" max={Math.max(total, 1)} value={done} aria-label={t('imports.progress')} />
      <div>
        <Button onClick={stop}>{t('imports.cancel')}</Button>
      </div>
    </div>
  )
}
