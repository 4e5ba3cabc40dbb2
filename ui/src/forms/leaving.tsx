/** Leaving a page with something typed on it: by a link or a key in our own words, by closing the tab in the browser's. */
import { useBlocker, type ShouldBlockFn } from '@tanstack/react-router'
import { useStore } from '@/lib/store'
import { t } from '@/i18n'
import { Button, Kbd } from '@/parts/button'
import { confirmKeys, Dialog } from '@/parts/dialog'
import { askToLeave, asked, unsaved } from './unsaved'

/** A filter, a record looked at beside the list or a place further down leave the page where it is. */
const stays: ShouldBlockFn = async ({ current, next }) => current.pathname !== next.pathname && unsaved.get() && !(await askToLeave())

export function LeaveHost() {
  const dirty = useStore(unsaved)
  // Read again when it matters: what was saved a moment ago is not drawn yet.
  useBlocker({ shouldBlockFn: stays, enableBeforeUnload: unsaved.get, disabled: !dirty })
  const question = useStore(asked)
  if (!question) return null
  const stay = () => question.answer(false)
  const leave = () => question.answer(true)
  return (
    <Dialog
      open
      onClose={stay}
      title={t('forms.leaveTitle')}
      lead={t('forms.leaveLead')}
      onConfirm={leave}
      foot={
        <>
          <Button onClick={stay}>{t('forms.stay')}</Button>
          <Button type="submit" look="danger">
            {t('forms.leave')} <Kbd>{confirmKeys}</Kbd>
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  )
}
