/**
 * Dialogs. The backdrop is our own element: the library's one locks scrolling through an injected style tag, which the
 * content policy refuses; the page behind does not scroll anyway, since only panes do.
 */
import { Dialog as Base } from 'radix-ui'
import { X } from 'lucide-react'
import { useRouterState } from '@tanstack/react-router'
import { useEffect, useRef, type FormEvent, type ReactNode } from 'react'
import { t } from '@/i18n'
import { isMac } from '@/shell'
import { IconButton } from './button'
import { refusedText, type Refuse } from './why'

type Props = {
  open: boolean
  onClose: () => void
  title: string
  /** One line under the title. */
  lead?: ReactNode
  children: ReactNode
  /** The row of buttons, the confirming one last. */
  foot?: ReactNode
  wide?: boolean
  /** ⌘⏎ and Enter in a single field. */
  onConfirm?: () => void
}

/** The first field takes the focus; where there is none, the dialog itself, and never the button that closes it. */
const beginWithin = (event: Event) => {
  event.preventDefault()
  const dialog = event.currentTarget
  if (dialog instanceof HTMLElement) (dialog.querySelector<HTMLElement>('.dialog-body :is(input, select, textarea):not(:disabled)') ?? dialog).focus()
}

/** A dialog belongs to the page it was opened on: a link in it leads away and closes it. */
function useClosing(onClose: () => void) {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const begun = useRef(path)
  const close = useRef(onClose)
  useEffect(() => {
    close.current = onClose
  })
  useEffect(() => {
    if (path !== begun.current) close.current()
  }, [path])
}

export function Dialog({ open, onClose, title, lead, children, foot, wide, onConfirm }: Props) {
  useClosing(onClose)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // A dialog opened within a form is not a part of it, though its events would rise there.
    event.stopPropagation()
    onConfirm?.()
  }
  const body = (
    <>
      <div className="dialog-body">{children}</div>
      {foot && <div className="dialog-foot">{foot}</div>}
    </>
  )
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <div className="veil" />
        <Base.Content
          className={`dialog${wide ? ' dialog-wide' : ''}`}
          data-layer=""
          {...(lead ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={beginWithin}
          onKeyDown={(event) => {
            if (onConfirm && event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
              event.preventDefault()
              event.stopPropagation()
              onConfirm()
            }
          }}
        >
          <div className="dialog-head">
            <Base.Title className="dialog-title">{title}</Base.Title>
            <Base.Close asChild>
              <IconButton label={t('common.close')} hint={false}>
                <X size={16} />
              </IconButton>
            </Base.Close>
          </div>
          {lead && <Base.Description className="dialog-lead">{lead}</Base.Description>}
          {onConfirm ? (
            <form className="dialog-form" onSubmit={submit} noValidate>
              {body}
            </form>
          ) : (
            body
          )}
        </Base.Content>
      </Base.Portal>
    </Base.Root>
  )
}

/** Beside the buttons: what is still missing, so that a key that does nothing has said why. */
export const Why = ({ refuse }: { refuse: Refuse }) => (
  <span className="dialog-why" role="status">
    {refusedText(refuse)}
  </span>
)

/** The hint on a confirming button. */
export const confirmKeys = isMac ? '⌘⏎' : 'Ctrl ⏎'
