/** The panel that slides over the list: a look at a record without leaving the rows. */
import { Link } from '@tanstack/react-router'
import { ChevronDown, ChevronUp, Maximize2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '@/i18n'
import { IconButton } from '@/parts/button'
import { Hint } from '@/parts/hint'

type Props = { to: string | undefined; onClose: () => void; onStep: (by: 1 | -1) => void; children: ReactNode }

export function Inspector({ to, onClose, onStep, children }: Props) {
  return (
    <aside className="inspector" aria-label={t('table.inspector')}>
      <div className="inspector-bar">
        <IconButton label={t('table.previousRow')} onClick={() => onStep(-1)}>
          <ChevronUp size={16} />
        </IconButton>
        <IconButton label={t('table.nextRow')} onClick={() => onStep(1)}>
          <ChevronDown size={16} />
        </IconButton>
        <span className="spring" />
        {to && (
          <Hint text={t('table.openPage')}>
            <Link to={to} className="btn btn-quiet btn-icon" aria-label={t('table.openPage')}>
              <Maximize2 size={14} />
            </Link>
          </Hint>
        )}
        <IconButton label={t('table.closeInspector')} onClick={onClose}>
          <X size={16} />
        </IconButton>
      </div>
      <div className="inspector-body">{children}</div>
    </aside>
  )
}
