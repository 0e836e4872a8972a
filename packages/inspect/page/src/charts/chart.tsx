import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

/** One line or area. */
export interface ChartSeries {
  readonly label: string
  /** The name of a colour of the style sheet: `c1`. */
  readonly colour: string
  /** Oldest first, as many as the chart has seconds. */
  readonly values: readonly number[]
  /** True: a dashed line. */
  readonly dashed?: boolean
}

export interface ChartProps {
  title: string
  /** Seconds from now, all below or equal to 0, oldest first. */
  seconds: readonly number[]
  series: readonly ChartSeries[]
  /** Values as the legend and the axis have them. */
  format: (value: number) => string
  /** True: areas on top of each other, the first one lowest. */
  stacked?: boolean
  /** The top of the axis. Default: the largest value. */
  max?: number
  /** For another look of the panel. */
  class?: string
}

/** Spans of time that a chart shows, in seconds, with the distance of its labels. It grows in steps: else it would never stand still. */
const spans = [
  [30, 10],
  [60, 15],
  [120, 30],
  [300, 60],
] as const
/** All charts show the same moment under the pointer. */
const together = uPlot.sync('metrics')

/** A chart of the last five minutes, with a legend that has the values under the pointer, or the newest ones. */
export function Chart({ title, seconds, series, format, stacked = false, max, class: className = '' }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [hovered, setHovered] = useState<number | null>(null)
  const latest = useRef({ format, max })
  latest.current = { format, max }
  const form = series.map(({ label, colour, dashed }) => `${label} ${colour} ${dashed}`).join()

  // the data has an effect of its own; only another form makes another plot
  useEffect(() => {
    const element = place.current!
    const plotted = new uPlot(
      optionsOf(series, stacked, element, latest, (index) => setHovered(index)),
      dataOf(seconds, series, stacked),
      element,
    )
    plot.current = plotted
    const observer = new ResizeObserver(() => plotted.setSize(sizeOf(element)))
    observer.observe(element)
    const off = onThemeChange(() => plotted.redraw())
    return () => {
      off()
      observer.disconnect()
      plotted.destroy()
    }
  }, [form, stacked])

  useEffect(() => {
    plot.current?.setData(dataOf(seconds, series, stacked))
  }, [seconds, series, stacked])

  const index = hovered === null || hovered >= seconds.length ? seconds.length - 1 : hovered
  const time = hovered === null || seconds[index] === undefined ? '' : `${Math.round(-seconds[index])} s ago`
  return (
    <section class={`panel chart ${className}`} aria-label={title}>
      <header>
        <h3>{title}</h3>
        <span class="muted">{time}</span>
        <ul class="legend">
          {series.map(({ label, colour, values }) => (
            <li key={label}>
              <i class={`swatch ${colour}`} aria-hidden="true" />
              {label} <b>{values[index] === undefined ? '–' : format(values[index])}</b>
            </li>
          ))}
        </ul>
      </header>
      <div class="plot" ref={place} />
    </section>
  )
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: Math.max(120, element.clientWidth), height: Math.max(80, element.clientHeight) }
}

/** The columns of the plot. Areas that are stacked are sums, the largest first, so that each covers a part of the one before. */
function dataOf(seconds: readonly number[], series: readonly ChartSeries[], stacked: boolean): uPlot.AlignedData {
  const columns = series.map(({ values }) => [...values])
  if (!stacked) return [[...seconds], ...columns]
  for (const [row, column] of columns.entries()) {
    const below = columns[row - 1]
    if (below !== undefined) for (let at = 0; at < column.length; at++) column[at]! += below[at] ?? 0
  }
  return [[...seconds], ...columns.reverse()]
}

function optionsOf(
  series: readonly ChartSeries[],
  stacked: boolean,
  element: HTMLElement,
  latest: { readonly current: { format: (value: number) => string; max: number | undefined } },
  onHover: (index: number | null) => void,
): uPlot.Options {
  const drawn = stacked ? [...series].reverse() : series
  const axis: uPlot.Axis = {
    stroke: () => themeColour('muted'),
    grid: { stroke: () => themeColour('faint'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  }
  return {
    ...sizeOf(element),
    // the label of the last moment is centred below the edge
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      sync: { key: together.key },
      drag: { x: false, y: false },
      points: { show: !stacked, size: 6 },
    },
    hooks: { setCursor: [({ cursor }) => onHover(cursor.idx ?? null)] },
    scales: {
      x: { time: false, range: (plot) => [-spanOf(plot)[0], 0] },
      y: { range: (_plot, _low, high) => [0, latest.current.max ?? (high > 0 ? high * 1.08 : 1)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        splits: (plot) => placesOf(plot),
        values: (_plot, places) => places.map(agoText),
      },
      {
        ...axis,
        size: 54,
        gap: 6,
        space: 34,
        values: (_plot, places) => places.map((value) => latest.current.format(value)),
      },
    ],
    series: [
      {},
      ...drawn.map(({ label, colour, dashed = false }) => ({
        label,
        width: stacked ? 0 : 1.5,
        points: { show: false },
        stroke: () => themeColour(colour),
        ...(dashed && { dash: [4, 3] }),
        ...(stacked && { fill: () => themeColour(colour) }),
      })),
    ],
  }
}

/** The shortest span that has all points. */
function spanOf({ data }: uPlot): (typeof spans)[number] {
  return spans.find(([seconds]) => seconds >= data[0].length) ?? spans[3]
}

function placesOf(plot: uPlot): number[] {
  const [seconds, distance] = spanOf(plot)
  return Array.from({ length: seconds / distance + 1 }, (_, index) => index * distance - seconds)
}

function agoText(at: number): string {
  if (at === 0) return 'now'
  return at % 60 === 0 ? `−${-at / 60} min` : `−${-at} s`
}

// --- a canvas knows no style sheet: the colours are read from it

const dark = matchMedia('(prefers-color-scheme: dark)')
const known = new Map<string, string>()
let probe: HTMLElement | undefined

/** A colour of the style sheet, as a canvas takes it, in the scheme of this moment. @param name without the dashes: `c1` */
function themeColour(name: string): string {
  const seen = known.get(name)
  if (seen !== undefined) return seen
  if (probe === undefined) {
    probe = document.createElement('i')
    probe.hidden = true
    document.body.append(probe)
  }
  // `light-dark` of a variable is worked out only where a property uses it
  probe.style.color = `var(--${name})`
  const { color } = getComputedStyle(probe)
  known.set(name, color)
  return color
}

/** Calls `listener` after the system has changed between light and dark. @returns a function that ends it */
function onThemeChange(listener: () => void): () => void {
  const change = (): void => {
    known.clear()
    listener()
  }
  dark.addEventListener('change', change)
  return () => dark.removeEventListener('change', change)
}
