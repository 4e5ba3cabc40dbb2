/** A place for a file: dropped by the pointer, or chosen with a button everyone can reach. */
import { FileUp } from 'lucide-react'
import { useRef, useState } from 'react'

type Props = { label: string; text: string; hint?: string; accept?: string; busy?: boolean; onFiles: (files: File[]) => void }
export function DropZone({ label, text, hint, accept, busy, onFiles }: Props) {
  const picker = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  return (
    <>
      <input ref={picker} type="file" hidden aria-label={label} {...(accept ? { accept } : {})} onChange={(event) => (onFiles(Array.from(event.target.files ?? [])), (event.target.value = ''))} />
      <button
        type="button"
        className={`dropzone${over ? ' dropzone-over' : ''}`}
        aria-busy={busy || undefined}
        onClick={() => !busy && picker.current?.click()}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          if (!busy) onFiles(Array.from(event.dataTransfer.files))
        }}
      >
        <FileUp size={20} aria-hidden />
        <strong>{text}</strong>
        {hint && <span className="quiet">{hint}</span>}
      </button>
    </>
  )
}
