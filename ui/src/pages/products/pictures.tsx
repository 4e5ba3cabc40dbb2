/** The pictures of a product: added by button or by dropping them, put in order with pointer or keys, each said in words. */
import { useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, ArrowRight, ImagePlus, Pencil, X } from 'lucide-react'
import { useRef, useState, type DragEvent, type KeyboardEvent } from 'react'
import { post } from '@/api/client'
import { asProblem, Problem } from '@/api/problem'
import type { Product, ProductPicture, StoredFile } from '@/api/shapes'
import { TextField } from '@/forms/fields'
import { FormDialog } from '@/forms/form'
import { useForm } from '@/forms/use-form'
import { t } from '@/i18n'
import { Button, IconButton } from '@/parts/button'
import { Picture, pictureKey } from '@/parts/picture'
import { Failure, Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { lacking } from '@/parts/why'
import { Files } from '@/record/files'
import { Section } from '@/record/record-page'
import { can } from '@/session'
import { described, LARGEST, moved, MOST, TYPES, useGallery, withOne, without, type Change } from './gallery'

type Going = { id: string; name: string; problem?: Problem; again: () => void }
const MARK = 'application/x-purser-picture'
/** Of what was not even sent: the same file would not be taken the next time either. */
const REFUSED = 'not_an_image'

/** What can be told without sending it. */
const refused = (file: File) => {
  if (file.size > LARGEST) return t('pictures.tooLarge')
  return TYPES.includes(file.type) ? undefined : t('pictures.notAnImage')
}

const formOf = (product: Product, file: File) => {
  const form = new FormData()
  form.set('subjectType', 'product')
  form.set('subjectId', product.id)
  form.set('file', file)
  return form
}

export function Pictures({ product }: { product: Product }) {
  const client = useQueryClient()
  const { gallery, change } = useGallery(product.id)
  const picker = useRef<HTMLInputElement>(null)
  const adder = useRef<HTMLButtonElement>(null)
  const [over, setOver] = useState(false)
  const [going, setGoing] = useState<Going[]>([])
  const [place, setPlace] = useState('')
  const [naming, setNaming] = useState<ProductPicture>()
  const mayEdit = can('update:product')
  const mayAdd = mayEdit && can('create:file')
  const count = gallery.data?.pictures.length ?? 0
  const full = count >= MOST ? t('pictures.full', { n: MOST }) : undefined

  const alter = (how: Change) => void change(how).catch(toastProblem)
  const move = (picture: ProductPicture, file: string, to: number) => {
    alter(moved(file, to))
    setPlace(t('pictures.place', { name: picture.alt || picture.name, n: to + 1, of: count }))
  }

  /** `kept`: what came of it before, where the file got there and did not become a picture. */
  const upload = async (file: File, kept?: StoredFile) => {
    const mark = crypto.randomUUID()
    let stored = kept
    const drop = () => setGoing((now) => now.filter((one) => one.id !== mark))
    const failed = (problem: Problem) => setGoing((now) => now.map((one) => (one.id === mark ? { ...one, problem } : one)))
    setGoing((now) => [...now, { id: mark, name: file.name, again: () => (drop(), void upload(file, stored)) }])
    const why = refused(file)
    if (why) return failed(new Problem(422, { code: REFUSED, title: t('pictures.refused'), detail: why }))
    try {
      stored ??= await post<StoredFile>('/files', formOf(product, file))
      // Shown before the engine knows it as a picture: until then it would say that there is none.
      client.setQueryData(pictureKey(stored.id), file)
      await change(withOne({ fileId: stored.id, alt: '', name: stored.name, contentType: stored.contentType, size: stored.size }))
      drop()
      toast({ text: t('pictures.added', { name: stored.name }) })
    } catch (error) {
      const problem = asProblem(error)
      // Deleted since it got there, it has to be sent anew.
      if (problem.errors.some((one) => one.code === 'unknown_file')) stored = undefined
      // Which of the pictures it is stands above already.
      const [only] = problem.errors
      failed(only ? new Problem(problem.status, { code: problem.code, title: problem.title, detail: only.message }) : problem)
    }
    await client.invalidateQueries({ queryKey: ['files'] })
  }
  // One after the other, so that they stand in the order in which they were chosen. What has no place any more is not sent, and named.
  const take = async (list: FileList | null) => {
    const chosen = Array.from(list ?? [])
    const room = Math.max(0, MOST - count)
    // Each of these says why itself, and takes no place.
    const over = chosen.filter((file) => !refused(file)).slice(room)
    if (over.length > 0) toast({ text: t('pictures.leftOut', { n: MOST, names: over.map((file) => file.name).join(', ') }), bad: true })
    for (const file of chosen) if (!over.includes(file)) await upload(file)
  }
  const onDrop = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    setOver(false)
    if (mayAdd && !full) void take(event.dataTransfer.files)
  }
  const remove = (picture: ProductPicture) => {
    const at = gallery.data?.pictures.findIndex((one) => one.fileId === picture.fileId) ?? 0
    const back = () => alter((now) => moved(picture.fileId, at)(withOne(picture)(now)))
    adder.current?.focus()
    void change(without(picture.fileId)).then(() => toast({ text: t('pictures.removed', { name: picture.name }), undo: back }), toastProblem)
  }

  return (
    <Section
      title={t('pictures.title')}
      {...(gallery.data ? { count } : {})}
      actions={
        mayEdit && (
          <>
            <input ref={picker} type="file" accept={TYPES.join(',')} multiple hidden aria-label={t('pictures.add')} onChange={(event) => (void take(event.target.files), (event.target.value = ''))} />
            <Button ref={adder} small icon={<ImagePlus size={13} />} refuse={lacking('create:file') ?? full} onClick={() => picker.current?.click()}>
              {t('pictures.add')}
            </Button>
          </>
        )
      }
    >
      {/* Dropping is the pointer's way; the button above is everyone's. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        role="group"
        aria-label={t('pictures.title')}
        className={`drop gallery${over ? ' drop-over' : ''}`}
        onDragOver={(event) => {
          if (!mayAdd || !event.dataTransfer.types.includes('Files')) return
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Part query={gallery} lines={2}>
          {({ pictures }) =>
            pictures.length === 0 && going.length === 0 ? (
              <p className="quiet section-empty">{t(mayAdd ? 'pictures.none' : 'pictures.noneHere')}</p>
            ) : (
              <ol className="pictures">
                {pictures.map((picture, place) => (
                  <Tile key={picture.fileId} product={product} picture={picture} place={place} count={pictures.length} mayEdit={mayEdit} onMove={(file, to) => move(pictures.find((one) => one.fileId === file) ?? picture, file, to)} onName={() => setNaming(picture)} onRemove={() => remove(picture)} />
                ))}
              </ol>
            )
          }
        </Part>
        <p className="unseen" role="status">
          {place}
        </p>
        {going.map((one) =>
          one.problem ? (
            <div key={one.id} className="file-failed">
              <strong>{one.name}</strong>
              <Failure problem={one.problem} small {...(one.problem.code !== REFUSED && { retry: one.again })} />
              <Button small look="quiet" onClick={() => setGoing((now) => now.filter((other) => other.id !== one.id))}>
                {t('pictures.forget')}
              </Button>
            </div>
          ) : (
            <p key={one.id} className="quiet" role="status">
              {t('files.adding', { name: one.name })}
            </p>
          ),
        )}
      </div>
      {naming && (
        <Describe
          product={product}
          picture={naming}
          onClose={() => setNaming(undefined)}
          send={(alt) => change(described(naming.fileId, alt))}
        />
      )}
    </Section>
  )
}

/** Its files but for those that are pictures; an image among them can become one. */
export function ProductFiles({ product }: { product: Product }) {
  const { gallery, change } = useGallery(product.id)
  const pictures = gallery.data?.pictures ?? []
  const use = (file: StoredFile) =>
    void change(withOne({ fileId: file.id, alt: '', name: file.name, contentType: file.contentType, size: file.size })).then(() => toast({ text: t('pictures.added', { name: file.name }) }), toastProblem)
  const fits = (file: StoredFile) => TYPES.includes(file.contentType) && file.size <= LARGEST && pictures.length < MOST
  return (
    <Files
      type="product"
      id={product.id}
      hides={new Set(pictures.map((one) => one.fileId))}
      deed={(file) =>
        can('update:product') && fits(file) ? (
          <IconButton label={t('pictures.use', { name: file.name })} onClick={() => use(file)}>
            <ImagePlus size={14} />
          </IconButton>
        ) : null
      }
    />
  )
}

type TileProps = { product: Product; picture: ProductPicture; place: number; count: number; mayEdit: boolean; onMove: (file: string, to: number) => void; onName: () => void; onRemove: () => void }
function Tile({ product, picture, place, count, mayEdit, onMove, onName, onRemove }: TileProps) {
  const [over, setOver] = useState(false)
  const name = picture.alt || picture.name
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!mayEdit || !event.altKey || step === undefined) return
    event.preventDefault()
    const to = place + step
    if (to >= 0 && to < count) onMove(picture.fileId, to)
  }
  return (
    // Dragging is the pointer's way; the arrows below are everyone's.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li
      className={`tile${over ? ' tile-over' : ''}`}
      draggable={mayEdit}
      onKeyDown={keys}
      onDragStart={(event) => event.dataTransfer.setData(MARK, picture.fileId)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(MARK)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        const file = event.dataTransfer.getData(MARK)
        setOver(false)
        if (!file) return
        event.preventDefault()
        if (file !== picture.fileId) onMove(file, place)
      }}
    >
      <span className="tile-frame">
        <Picture product={product.id} file={picture.fileId} alt={picture.alt || product.name} />
        {place === 0 && <span className="tile-mark">{t('pictures.first')}</span>}
      </span>
      <span className={picture.alt ? 'tile-alt' : 'tile-alt quiet'} title={picture.alt || undefined} aria-hidden={picture.alt ? true : undefined}>
        {picture.alt || t('pictures.noAlt')}
      </span>
      {mayEdit && (
        <span className="tile-deeds">
          {count > 1 && (
            <>
              <IconButton small label={t('pictures.before', { name })} refuse={place === 0 && t('pictures.isFirst')} onClick={() => onMove(picture.fileId, place - 1)}>
                <ArrowLeft size={14} />
              </IconButton>
              <IconButton small label={t('pictures.after', { name })} refuse={place === count - 1 && t('pictures.isLast')} onClick={() => onMove(picture.fileId, place + 1)}>
                <ArrowRight size={14} />
              </IconButton>
            </>
          )}
          <span className="spring" />
          <IconButton small label={t('pictures.describe', { name })} onClick={onName}>
            <Pencil size={13} />
          </IconButton>
          <IconButton small label={t('pictures.remove', { name })} onClick={onRemove}>
            <X size={14} />
          </IconButton>
        </span>
      )}
    </li>
  )
}

function Describe({ product, picture, onClose, send }: { product: Product; picture: ProductPicture; onClose: () => void; send: (alt: string) => Promise<unknown> }) {
  const form = useForm({ initial: { alt: picture.alt }, send: (values) => send(values.alt.trim()), onDone: onClose })
  return (
    <FormDialog form={form} title={t('pictures.describe', { name: picture.name })} deed={t('common.save')} onClose={onClose} refuse={!form.dirty && t('common.noChange')}>
      <span className="tile-large">
        <Picture product={product.id} file={picture.fileId} alt={picture.alt || product.name} />
      </span>
      <TextField form={form} name="alt" label={t('pictures.alt')} hint={t('pictures.altHint', { name: product.name })} max={300} optional />
    </FormDialog>
  )
}
