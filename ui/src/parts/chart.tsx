/** One idea as a line over days (uPlot): direct labels, from zero, the last value written, the time before as a thin line. */
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { store, useStore } from '@/lib/store'

/** Bumped when the theme changes, because a canvas does not follow CSS. */
export const repaint = store(0)
if (typeof window !== 'undefined') window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => repaint.set((n) => n + 1))

export type Line = { label: string; values: (number | null)[]; thin?: boolean }
type Props = {
  /** ISO days. */
  days: string[]
  lines: Line[]
  /** What the whole picture says, for those who cannot see it. */
  summary: string
  format: (value: number) => string
  axis: (value: number) => string
  dayText: (day: string) => string
  height?: number
  /** As high as there is room beside it, `height` at least. */
  fill?: boolean
  onPick?: (day: string) => void
}

/** A CSS colour token as the browser resolves it now. */
function colour(token: string, room: HTMLElement): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${token})`
  room.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}

function labelLast(plot: UPlot, lines: Line[], ink: string, quiet: string, font: string) {
  const { ctx } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.font = `${12 * ratio}px ${font}`
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  const spots: number[] = []
  lines.forEach((line, i) => {
    const last = line.values.findLastIndex((value) => value !== null)
    const value = line.values[last]
    if (value === null || value === undefined) return
    const x = plot.valToPos(plot.data[0][last] ?? 0, 'x', true)
    let y = plot.valToPos(value, 'y', true)
    for (const spot of spots) if (Math.abs(spot - y) < 15 * ratio) y = spot + 15 * ratio
    spots.push(y)
    ctx.fillStyle = i === 0 ? ink : quiet
    ctx.fillText(line.label, x + 8 * ratio, y)
  })
  ctx.restore()
}

export function Chart({ days, lines, summary, format, axis, dayText, height = 180, fill = false, onPick }: Props) {
  const room = useRef<HTMLDivElement>(null)
  const tip = useRef<HTMLDivElement>(null)
  const painted = useStore(repaint)
  const shape = JSON.stringify([days, lines])
  const latest = useRef({ format, axis, dayText, onPick })
  useEffect(() => {
    latest.current = { format, axis, dayText, onPick }
  })
  useEffect(() => {
    const host = room.current
    if (!host) return
    const [ink, quiet, line, accent] = ['--ink', '--ink-3', '--line', '--accent'].map((token) => colour(token, host)) as [string, string, string, string]
    const font = getComputedStyle(host).fontFamily
    const x = days.map((_, i) => i)
    const widest = Math.max(0, ...lines.map((one) => one.label.length)) * 7 + 16
    const move = (plot: UPlot) => {
      const box = tip.current
      const at = plot.cursor.idx
      if (!box) return
      const day = at === null || at === undefined ? undefined : days[at]
      const left = plot.cursor.left ?? -1
      box.hidden = day === undefined || left < 0
      if (day === undefined || at === null || at === undefined) return
      box.textContent = `${latest.current.dayText(day)}  ${lines.map((one) => `${one.thin ? `${one.label} ` : ''}${one.values[at] === null || one.values[at] === undefined ? '–' : latest.current.format(one.values[at])}`).join('  ·  ')}`
      box.style.transform = `translateX(${Math.min(left + 56, host.clientWidth - box.offsetWidth)}px)`
    }
    const size = () => ({ width: host.clientWidth, height: fill ? Math.max(height, host.clientHeight) : height })
    const plot = new UPlot(
      {
        ...size(),
        padding: [12, widest, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        scales: { x: { time: false }, y: { range: (_, min, max) => [Math.min(0, min * 1.1), max > 0 ? max * 1.1 : 1] } },
        series: [
          {},
          ...lines.map((one) => ({
            stroke: one.thin ? quiet : accent,
            width: one.thin ? 1 : 2,
            ...(one.thin ? { dash: [3, 3] } : {}),
            points: { show: false },
          })),
        ],
        axes: [
          { stroke: quiet, grid: { show: false }, ticks: { show: false }, font: `11px ${font}`, size: 24, space: 80, incrs: [1, 2, 5, 7, 10, 14, 30], values: (_, at) => at.map((i) => (days[i] ? latest.current.dayText(days[i]) : '')) },
          { stroke: quiet, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: `11px ${font}`, size: (_, values) => Math.max(56, ...(values ?? []).map((value) => value.length * 7 + 8)), space: 40, values: (_, at) => at.map((value) => latest.current.axis(value)) },
        ],
        hooks: { setCursor: [move], draw: [(now) => labelLast(now, lines, ink, quiet, font)] },
      },
      [x, ...lines.map((one) => one.values)] as UPlot.AlignedData,
      host,
    )
    const click = () => {
      const day = plot.cursor.idx === null || plot.cursor.idx === undefined ? undefined : days[plot.cursor.idx]
      if (day) latest.current.onPick?.(day)
    }
    plot.over.addEventListener('click', click)
    const watch = new ResizeObserver(() => plot.setSize(size()))
    watch.observe(host)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `shape` stands for days and lines by value.
  }, [shape, height, fill, painted])
  return (
    <div className={`chart${onPick ? ' chart-picks' : ''}${fill ? ' chart-fills' : ''}`} role="img" aria-label={summary}>
      <div ref={room} className="chart-room" aria-hidden {...(fill ? { style: { minHeight: height } } : {})} />
      <div ref={tip} className="chart-tip num" hidden />
    </div>
  )
}

