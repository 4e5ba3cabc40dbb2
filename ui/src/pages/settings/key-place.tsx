/** Where the keys rest, in the window of the computer that has them; and a copy of them for its backups. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { post, read } from '@/api/client'
import type { ShellState } from '@/api/shapes'
import { t } from '@/i18n'
import { Button } from '@/parts/button'
import { toast, toastProblem } from '@/parts/toasts'
import { lacking } from '@/parts/why'

export function KeyPlace() {
  const state = useQuery(read<ShellState>('/shell/v1/state')).data
  const save = useMutation({
    mutationFn: () => post<{ name: string } | null>('/shell/v1/seal-keys'),
    onSuccess: (saved) => saved && toast({ text: t('seal.copySaved', { name: saved.name }) }),
    onError: toastProblem,
  })
  // Another Purser keeps its keys where it runs.
  if (!state?.sealKeys || state.profile.url) return null
  const { available, reason } = state.keychain
  return (
    <div className="key-place">
      <p>
        {t(state.sealKeys === 'keychain' ? 'seal.inKeychain' : 'seal.inFolder')} {state.sealKeys === 'folder' && !available && t('seal.noKeychain', { reason: reason ?? '–' })}
      </p>
      <Button small busy={save.isPending} refuse={lacking('update:setting')} onClick={() => save.mutate()}>
        {t('seal.saveCopy')}
      </Button>
    </div>
  )
}
