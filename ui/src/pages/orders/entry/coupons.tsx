/** The coupons of an order that is being put together: a code is typed, what is wrong with it stands beside it. */
import { useId, useState } from 'react'
import { X } from 'lucide-react'
import { t } from '@/i18n'
import { Button, IconButton } from '@/parts/button'

type Props = {
  codes: string[]
  /** What is wrong with a code, by its place. */
  wrong: Record<number, string>
  busy?: boolean
  onChange: (codes: string[]) => void
}
/** The engine takes no more. */
const MOST = 5

export function CouponCodes({ codes, wrong, busy, onChange }: Props) {
  const id = useId()
  const [typed, setTyped] = useState('')
  const code = typed.trim().toUpperCase()
  const refuse = code === '' ? t('coupons.typeCode') : codes.includes(code) ? t('coupons.twice') : undefined
  /** Of a code that was refused and therefore is not in the list. */
  const refused = Object.entries(wrong).find(([place]) => Number(place) >= codes.length)?.[1]
  const add = () => {
    if (refuse) return
    onChange([...codes, code])
    setTyped('')
  }
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {t('coupons.one')} <span className="quiet">{t('common.optional')}</span>
      </label>
      {codes.length > 0 && (
        <ul className="code-list">
          {codes.map((one, place) => (
            <li key={one}>
              <span className={wrong[place] ? 'tag tag-wrong' : 'tag'}>
                <code>{one}</code>
                <IconButton label={t('coupons.takeOut', { code: one })} hint={false} busy={busy ?? false} onClick={() => onChange(codes.filter((other) => other !== one))}>
                  <X size={12} />
                </IconButton>
              </span>
              {wrong[place] && (
                <span className="field-error" role="alert">
                  {wrong[place]}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {codes.length < MOST && (
        <div className="amount-line">
          <input
            id={id}
            className="input"
            data-field="coupons"
            aria-invalid={refused ? true : undefined}
            aria-describedby={refused ? `${id}-error` : undefined}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={40}
            placeholder={t('coupons.code')}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.metaKey || event.ctrlKey || typed.trim() === '') return
              event.preventDefault()
              add()
            }}
          />
          <Button refuse={refuse} busy={busy ?? false} onClick={add}>
            {t('coupons.use')}
          </Button>
        </div>
      )}
      {refused && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {refused}
        </p>
      )}
    </div>
  )
}

/** Which codes a refusal names, and how: `coupons[1]`. */
export function wrongCodes(errors: readonly { field: string; message: string }[]): Record<number, string> {
  const wrong: Record<number, string> = {}
  for (const { field, message } of errors) {
    const place = /^coupons\[(\d+)]/.exec(field)?.[1]
    if (place !== undefined) wrong[Number(place)] ??= message
  }
  return wrong
}
