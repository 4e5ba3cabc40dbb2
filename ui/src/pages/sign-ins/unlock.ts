/** Letting somebody in again whom too many failures keep out. */
import { post } from '@/api/client'
import { t } from '@/i18n'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'

export const unlockSignIn = ({ id, name }: { id: string; name: string }, after: () => Promise<unknown>) =>
  confirm({
    title: t('signIns.unlockTitle', { name }),
    body: t('signIns.unlockBody', { name }),
    deed: t('signIns.unlock'),
    run: async () => {
      await post(`/users/${id}/unlock`)
      await after()
      toast({ text: t('signIns.unlocked', { name }) })
    },
  })
