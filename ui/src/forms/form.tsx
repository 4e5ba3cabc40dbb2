/** A form in a page or in a dialog. Fields are children; the problem that no field owns stands above the buttons. */
import { useEffect, useRef, type FormEvent, type ReactNode } from 'react'
import { t } from '@/i18n'
import { Button, Kbd } from '@/parts/button'
import { confirmKeys, Dialog, Why } from '@/parts/dialog'
import { Failure } from '@/parts/states'
import type { Refuse } from '@/parts/why'
import { askToLeave } from './unsaved'
import type { Form as FormState, Values } from './use-form'

export function FormProblem<V extends Values>({ form }: { form: FormState<V> }) {
  const { problem, rest, errors } = form
  const room = useRef<HTMLDivElement>(null)
  // In a short window the problem would stand below the fold.
  useEffect(() => {
    if (problem) room.current?.scrollIntoView({ block: 'nearest' })
  }, [problem])
  if (!problem) return null
  const named = Object.values(errors).filter(Boolean).length
  // With a single field the eye needs no pointer; whoever hears the page still does.
  if (named > 0 && rest.length === 0) return <p className={Object.keys(form.values).length > 1 ? 'form-note' : 'unseen'} role="alert">{t('common.fieldsWrong', { n: named })}</p>
  return (
    <div ref={room} className="form-problem">
      <Failure problem={problem} small />
      {rest.length > 0 && (
        <ul className="form-rest">
          {rest.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

type PageProps<V extends Values> = { form: FormState<V>; deed: string; children: ReactNode; refuse?: Refuse; onCancel?: () => void; wide?: boolean; label: string; also?: ReactNode }
export function Form<V extends Values>({ form, deed, children, refuse, onCancel, wide, label, also }: PageProps<V>) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!refuse) form.submit()
  }
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys of its fields rise to it
    <form className="form" onSubmit={submit} noValidate aria-label={label} onKeyDown={(event) => event.key === 'Enter' && (event.metaKey || event.ctrlKey) && !refuse && form.submit()}>
      {children}
      <FormProblem form={form} />
      <div className="form-foot">
        {onCancel && <Button onClick={() => (form.release(), onCancel())}>{t('common.cancel')}</Button>}
        {also}
        <Button type="submit" look="primary" busy={form.busy} refuse={refuse} className={wide ? 'btn-wide' : undefined}>
          {deed}
        </Button>
      </div>
    </form>
  )
}

type DialogProps<V extends Values> = { form: FormState<V>; title: string; lead?: ReactNode; deed: string; onClose: () => void; children: ReactNode; refuse?: Refuse; danger?: boolean; wide?: boolean; keeps?: true }
/** Also the frame of a money dialog: the live remainder goes into `lead`, the books' preview last among the children, the amount into `deed`. `keeps`: the form is the page's, and stays when the dialog closes. */
export function FormDialog<V extends Values>({ form, title, lead, deed, onClose, children, refuse, danger, wide, keeps }: DialogProps<V>) {
  // Escape and a press beside the dialog happen by mistake; its Cancel does not.
  const dismiss = () => void (form.held() && !keeps ? askToLeave() : Promise.resolve(true)).then((leave) => leave && onClose())
  return (
    <Dialog
      open
      onClose={dismiss}
      title={title}
      lead={lead}
      wide={wide ?? false}
      onConfirm={() => !refuse && form.submit()}
      foot={
        <>
          <Why refuse={refuse} />
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" look={danger ? 'danger' : 'primary'} busy={form.busy} refuse={refuse}>
            {deed} <Kbd>{confirmKeys}</Kbd>
          </Button>
        </>
      }
    >
      {children}
      <FormProblem form={form} />
    </Dialog>
  )
}
