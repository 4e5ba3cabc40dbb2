/** What comes back: pieces of each line and the shipping, as far as they were not given back before. */
import type { RefundPreview } from '@/api/shapes'
import { t } from '@/i18n'
import { Money } from '@/parts/values'
import { SHIPPING, type Picked } from './ask'

type Line = RefundPreview['refundableLines'][number]
type Props = { lines: Line[]; shipping: RefundPreview['shippingLeft']; chosen: RefundPreview | undefined; picked: Picked; onChange: (next: Picked) => void }

export function Picks({ lines, shipping, chosen, picked, onChange }: Props) {
  const put = (id: string, n: number) => onChange(Object.fromEntries(Object.entries({ ...picked, [id]: n }).filter(([, count]) => count > 0)))
  if (lines.length === 0 && shipping.amount === 0) return null
  return (
    <fieldset className="picks">
      <legend className="field-label">{t('refund.picks')}</legend>
      <div className="picks-list">
        {lines.map((line) => (
          <Pick key={line.lineId} line={line} n={picked[line.lineId] ?? 0} amount={chosen?.lines.find((one) => one.lineId === line.lineId && one.quantity === picked[line.lineId])?.amount} onChange={(n) => put(line.lineId, n)} />
        ))}
        {shipping.amount > 0 && (
          <div className="pick">
            <label className="check">
              <input type="checkbox" checked={Boolean(picked[SHIPPING])} onChange={(event) => put(SHIPPING, event.target.checked ? 1 : 0)} />
              <span className="pick-name">{t('orders.shipping')}</span>
            </label>
            <span className="pick-amount">
              <Money value={shipping} />
            </span>
          </div>
        )}
      </div>
    </fieldset>
  )
}

function Pick({ line, n, amount, onChange }: { line: Line; n: number; amount: Line['worth'] | undefined; onChange: (n: number) => void }) {
  const gone = line.left === 0
  return (
    <div className="pick">
      <label className="check">
        <input type="checkbox" checked={n > 0} disabled={gone} onChange={(event) => onChange(event.target.checked ? line.left : 0)} />
        <span className="pick-name">
          {line.name}
          {line.refunded > 0 && <span className="quiet"> · {t(gone ? 'refund.allBack' : 'refund.someBack', { n: line.refunded })}</span>}
        </span>
      </label>
      {line.left > 1 && (
        <span className="pick-count">
          <input
            className="input input-small num"
            type="number"
            min={0}
            max={line.left}
            aria-label={t('refund.howMany', { name: line.name })}
            value={n}
            onChange={(event) => onChange(Math.max(0, Math.min(line.left, Math.trunc(Number(event.target.value) || 0))))}
          />
          <span className="quiet">{t('refund.ofCount', { n: line.left })}</span>
        </span>
      )}
      <span className="pick-amount">
        <Money value={n > 0 && amount ? amount : line.worth} dash />
      </span>
    </div>
  )
}
