/** A page that is one form: the same header as a record, a column narrow enough to read. */
import type { ReactNode } from 'react'
import { RecordHeader } from './record-page'

export const FormPage = ({ up, title, children, wide }: { up: { to: string; label: string }; title: string; children: ReactNode; wide?: boolean }) => (
  <div className="record">
    <RecordHeader up={up} title={title} />
    <div className={`form-page${wide ? ' form-page-wide' : ''}`}>{children}</div>
  </div>
)
