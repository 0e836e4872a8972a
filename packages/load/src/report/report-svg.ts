import type { LoadReport, LoadReportSecond } from './load-report.js'

const width = 760
const left = 70
const right = width - 20
const panelHeight = 120
const gap = 46
const top = 56
const colours = ['#30638e', '#d1495b', '#66a182']

interface Panel {
  readonly title: string
  readonly unit: string
  readonly lines: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
}

/** A picture of the run, one panel below the other, over the seconds. The ramp is grey. */
export function reportSvg(report: LoadReport): string {
  const { seconds, settings } = report
  const of = (name: string, value: (second: LoadReportSecond) => number | null | undefined) => ({
    name,
    values: seconds.map((second) => value(second) ?? null),
  })
  const panels: Panel[] = [
    { title: 'Players', unit: '', lines: [of('connected', ({ clients }) => clients)] },
    {
      title: 'Tick lateness',
      unit: 'ms',
      lines: [of('p50', (second) => second.latenessMs?.p50), of('p99', (second) => second.latenessMs?.p99)],
    },
    {
      title: 'Acks of events',
      unit: 'ms',
      lines: [of('p50', (second) => second.ackMs?.p50), of('p99', (second) => second.ackMs?.p99)],
    },
    {
      title: 'Bytes a second and player',
      unit: 'B',
      lines: [of('in', (second) => second.bytesInPerClient), of('out', (second) => second.bytesOutPerClient)],
    },
    { title: 'Lag of the load generator', unit: 'ms', lines: [of('p99', ({ lagP99Ms }) => lagP99Ms)] },
  ]
  const last = Math.max(1, seconds.at(-1)?.atSeconds ?? 1)
  const xOf = (atSeconds: number): number => left + (atSeconds / last) * (right - left)
  const height = top + panels.length * (panelHeight + gap)
  const rampEnd = seconds.find(({ isSteady }) => isSteady)?.atSeconds
  const rampX = xOf(rampEnd === undefined ? last : rampEnd - 1)
  const times = seconds.map(({ atSeconds }) => atSeconds)
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="24" font-size="15" fill="#222">${escaped(`${settings.clients} clients at ${settings.address}`)}</text>`,
    ...panels.flatMap((panel, index) =>
      drawPanel(panel, top + index * (panelHeight + gap), { times, xOf, rampX, last }),
    ),
    '</svg>',
  ].join('\n')}\n`
}

interface TimeAxis {
  readonly times: readonly number[]
  readonly rampX: number
  readonly last: number
  xOf(atSeconds: number): number
}

function drawPanel({ title, unit, lines }: Panel, y: number, { times, xOf, rampX, last }: TimeAxis): string[] {
  const most = Math.max(0, ...lines.flatMap(({ values }) => values).filter((value) => value !== null))
  const step = stepOf(most / 3)
  const highest = Math.max(step, Math.ceil(most / step) * step)
  const yOf = (value: number): number => y + panelHeight - (value / highest) * panelHeight
  const marks = Array.from({ length: Math.round(highest / step) + 1 }, (_, index) => index * step)
  const secondStep = Math.max(1, stepOf(last / 8))
  const secondMarks = Array.from({ length: Math.floor(last / secondStep) + 1 }, (_, index) => index * secondStep)
  return [
    `<rect x="${left}" y="${y}" width="${round(rampX - left)}" height="${panelHeight}" fill="#f2f2f2"/>`,
    ...marks.flatMap((value) => [
      `<line x1="${left}" y1="${round(yOf(value))}" x2="${right}" y2="${round(yOf(value))}" stroke="#ddd"/>`,
      text(left - 8, yOf(value) + 4, 'end', `${amount(value)}${value === highest && unit !== '' ? ` ${unit}` : ''}`),
    ]),
    ...secondMarks.map((value) => text(xOf(value), y + panelHeight + 16, 'middle', `${value} s`)),
    text(left, y - 8, 'start', title),
    ...lines.flatMap(({ name, values }, index) => [
      ...(lines.length > 1 ? [text(right - (lines.length - 1 - index) * 50, y - 8, 'end', name, colours[index])] : []),
      `<path d="${pathOf(values.map((value, at) => (value === null ? null : [xOf(times[at]!), yOf(value)])))}" fill="none" stroke="${colours[index]}" stroke-width="1.5"/>`,
    ]),
  ]
}

/** A line through the points. It ends before a gap and begins after it; a lone point is a dot. */
function pathOf(points: readonly (readonly [number, number] | null)[]): string {
  return points
    .map((point, index) => {
      if (point === null) return ''
      const [x, y] = point.map(round)
      const before = points[index - 1] ?? null
      const isAlone = before === null && (points[index + 1] ?? null) === null
      return `${before === null ? 'M' : 'L'}${x} ${y}${isAlone ? 'h1' : ''}`
    })
    .join('')
}

/** The least of 1, 2, 5, 10, 20 … and 0.5, 0.2 … that is not below the value. */
export function stepOf(value: number): number {
  if (!(value > 0)) return 1
  const decade = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5, 10].find((factor) => factor * decade >= value * (1 - 1e-9))!
  return Number((step * decade).toPrecision(1))
}

function amount(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en')
}

function text(x: number, y: number, anchor: 'start' | 'middle' | 'end', content: string, fill = '#222'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${fill}">${escaped(content)}</text>`
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
