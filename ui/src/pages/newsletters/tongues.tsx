/** Which language is looked at. */
import { t } from '@/i18n'
import { tongueName } from '@/lib/countries'
import type { Tongue } from './words'

type Props = { now: Tongue; of: Tongue[]; onPick: (tongue: Tongue) => void; mark?: (tongue: Tongue) => string | undefined }
export function Tongues({ now, of, onPick, mark }: Props) {
  if (of.length < 2) return null
  return (
    <span className="segments-row" role="radiogroup" aria-label={t('mails.language')}>
      {of.map((one) => (
        <label key={one} className="check">
          <input type="radio" name="tongue" checked={now === one} onChange={() => onPick(one)} /> {tongueName(one)}
          {mark?.(one) && <span className="quiet"> · {mark(one)}</span>}
        </label>
      ))}
    </span>
  )
}
