/** A dialog with something nobody can show again: it closes once whoever reads it says that it is kept. */
import { useState, type ReactNode } from 'react'
import { t } from '@/i18n'
import { Button } from './button'
import { Dialog, Why } from './dialog'
import { CopyButton } from './values'

type Frame = {
  title: string
  lead: string
  /** What to do before it closes. */
  first: string
  /** Further buttons beside "Done". */
  more?: ReactNode
  onClose: () => void
  children: (kept: boolean, onKept: (kept: boolean) => void) => ReactNode
}

export function KeepDialog({ title, lead, first, more, onClose, children }: Frame) {
  const [kept, setKept] = useState(false)
  const [tried, setTried] = useState(false)
  const refuse = !kept && first
  const close = () => (kept ? onClose() : setTried(true))
  return (
    <Dialog
      open
      onClose={close}
      title={title}
      lead={lead}
      foot={
        <>
          <Why refuse={tried && refuse} />
          {more}
          <Button look="primary" refuse={refuse} onClick={close}>
            {t('factor.done')}
          </Button>
        </>
      }
    >
      {children(kept, setKept)}
    </Dialog>
  )
}

type Secret = Omit<Frame, 'children'> & {
  secret: string
  /** What the secret is, for who hears the page. */
  label: string
  /** The words of the copy button. */
  copy: string
  /** The words of the box to tick. */
  promise: string
  /** More about it, below. */
  note?: string
}

/** The same with one secret to copy. */
export const KeepSecret = ({ secret, label, copy, promise, note, ...frame }: Secret) => (
  <KeepDialog {...frame}>
    {(kept, onKept) => (
      <>
        <p className="scan-key">
          <code aria-label={label}>{secret}</code>
          <CopyButton text={secret} label={copy} />
        </p>
        {note && <p className="quiet">{note}</p>}
        <label className="check">
          <input type="checkbox" checked={kept} onChange={(event) => onKept(event.target.checked)} /> {promise}
        </label>
      </>
    )}
  </KeepDialog>
)
