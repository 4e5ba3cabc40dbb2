/** How many of each line: the same row wherever pieces leave or come back. */
import { t } from '@/i18n'

export type Line = { lineId: string; name: string; most: number }
export type Counts = Record<string, number>
export const allOf = (lines: readonly Line[]): Counts => Object.fromEntries(lines.map((line) => [line.lineId, line.most]))
export const piecesOf = (counts: Counts) => Object.entries(counts).filter(([, quantity]) => quantity > 0).map(([lineId, quantity]) => ({ lineId, quantity }))
export const sumOf = (counts: Counts) => Object.values(counts).reduce((sum, n) => sum + n, 0)

export const PiecesFields = ({ title, lines, counts, onChange }: { title: string; lines: readonly Line[]; counts: Counts; onChange: (next: Counts) => void }) => (
  <fieldset className="picks">
    <legend className="field-label">{title}</legend>
    <div className="picks-list">
      {lines.map((line) => {
        const n = counts[line.lineId] ?? 0
        const put = (next: number) => onChange({ ...counts, [line.lineId]: Math.max(0, Math.min(line.most, next)) })
        return (
          <div key={line.lineId} className="pick">
            <label className="check">
              <input type="checkbox" checked={n > 0} onChange={(event) => put(event.target.checked ? line.most : 0)} />
              <span className="pick-name">{line.name}</span>
            </label>
            <span className="pick-count">
              <input className="input input-small num" type="number" min={0} max={line.most} aria-label={t('refund.howMany', { name: line.name })} value={n} onChange={(event) => put(Math.trunc(Number(event.target.value) || 0))} />
              <span className="quiet">{t('refund.ofCount', { n: line.most })}</span>
            </span>
          </div>
        )
      })}
    </div>
  </fieldset>
)
