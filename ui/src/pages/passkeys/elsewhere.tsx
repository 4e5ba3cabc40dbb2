/** Where passkeys can be used, if not on this page: a window's web view may not know them, and they are for one address alone. */
import { useMutation } from '@tanstack/react-query'
import { post } from '@/api/client'
import { t } from '@/i18n'
import { toastProblem } from '@/parts/toasts'
import { has } from '@/shell'
import { usePasskeys } from './ways'

export function PasskeysElsewhere({ className }: { className: string }) {
  const { here, elsewhere } = usePasskeys()
  const open = useMutation({ mutationFn: () => post('/shell/v1/open-in-browser'), onError: toastProblem })
  if (here || !elsewhere) return null
  if (!has('sharing')) return <p className={className}>{t('passkey.elsewhere', { origin: elsewhere })}</p>
  return (
    <p className={className}>
      {t('passkey.notInWindow')}{' '}
      <button type="button" className="linkish" disabled={open.isPending} onClick={() => open.mutate()}>
        {t('passkey.openThere')}
      </button>
    </p>
  )
}
