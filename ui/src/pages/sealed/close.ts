/** Ending what a sealed code opened, before its hour is over. */
import { post } from '@/api/client'
import { t } from '@/i18n'
import { confirm } from '@/parts/confirm'
import { toast } from '@/parts/toasts'
import { lookAgain } from '@/session'

export const askClose = (then?: () => unknown) =>
  confirm({
    title: t('sealed.closeTitle'),
    body: t('sealed.closeBody'),
    deed: t('sealed.close'),
    run: async () => {
      await post('/break-glass/close')
      await then?.()
      await lookAgain()
      toast({ text: t('sealed.closed') })
    },
  })
