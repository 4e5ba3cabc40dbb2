/** Quick picks: lines of the order and its shipping, each with what it cost the customer. */
import type { OrderDetail } from '@/api/shapes'
import { t } from '@/i18n'
import { Money } from '@/parts/values'
import { lineParts, pieces } from './shares'

/** How many of each line; shipping goes by its own name. */
export type Picked = Record<string, number>
export const SHIPPING = 'shipping'

export const pickedAmount = (parts: ReturnType<typeof lineParts>, picked: Picked) =>
  parts.lines.reduce((sum, line) => sum + pieces(line, picked[line.id] ?? 0), 0) + (picked[SHIPPING] ? parts.shipping : 0)

export function Picks({ order, picked, onChange }: { order: OrderDetail; picked: Picked; onChange: (next: Picked) => void }) {
  const { lines, shipping } = lineParts(order)
  const money = (amount: number) => ({ amount, currency: order.currency })
  const put = (id: string, n: number) => onChange(Object.fromEntries(Object.entries({ ...picked, [id]: n }).filter(([, count]) => count > 0)))
  if (lines.length === 0) return null
  return (
    <fieldset className="picks">
      <legend className="field-label">{t('refund.picks')}</legend>
      <div className="picks-list">
        {lines.map((line) => {
          const n = picked[line.id] ?? 0
          return (
            <div key={line.id} className="pick">
              <label className="check">
                <input type="checkbox" checked={n > 0} onChange={(event) => put(line.id, event.target.checked ? line.quantity : 0)} />
                <span className="pick-name">{line.name}</span>
              </label>
              {line.quantity > 1 && (
                <span className="pick-count">
                  <input
                    className="input input-small num"
                    type="number"
                    min={0}
                    max={line.quantity}
                    aria-label={t('refund.howMany', { name: line.name })}
                    value={n}
                    onChange={(event) => put(line.id, Math.max(0, Math.min(line.quantity, Math.trunc(Number(event.target.value) || 0))))}
                  />
                  <span className="quiet">{t('refund.ofCount', { n: line.quantity })}</span>
                </span>
              )}
              <span className="pick-amount">
                <Money value={money(n > 0 ? pieces(line, n) : line.gross)} />
              </span>
            </div>
          )
        })}
        {shipping > 0 && (
          <div className="pick">
            <label className="check">
              <input type="checkbox" checked={Boolean(picked[SHIPPING])} onChange={(event) => put(SHIPPING, event.target.checked ? 1 : 0)} />
              <span className="pick-name">{t('orders.shipping')}</span>
            </label>
            <span className="pick-amount">
              <Money value={money(shipping)} />
            </span>
          </div>
        )}
      </div>
    </fieldset>
  )
}
