import type { MetricsReading, Quantiles, SeriesName } from '../metrics/metrics-reading.js'

/** What the screen shows besides the reading. */
export interface TopFrame {
  /** Without user and password. */
  readonly address: string
  /** Of the connection to the server. */
  readonly status: string
  /** Cells of a line. */
  readonly columns: number
  /** Lines; the last ones are left out if there are fewer. */
  readonly rows: number
  /** True for a terminal, which has colours. */
  readonly isColoured: boolean
}

/** The four shares, in their order, with a colour of the terminal and a sign where there is none. */
const phases = [
  ['update', 34, '█'],
  ['network', 35, '▓'],
  ['handling', 33, '▒'],
  ['idle', 90, '░'],
] as const

/** Parts of a line of blocks, from none to full. */
const blocks = ' ▁▂▃▄▅▆▇█'
/** Room for the name at the beginning of a line. */
const nameWidth = 10

/**
 * The lines of `tygase top`.
 * @param reading null until the first one has come
 * @returns none is longer than the terminal is wide
 */
export function topLines(reading: MetricsReading | null, frame: TopFrame): string[] {
  const { columns, rows } = frame
  const state = frame.status === 'connected' ? '' : `   ${frame.status}`
  const head = `TyGaSe   ${frame.address}${state}`
  const lines = reading === null ? [head, '', 'waits for the first reading'] : bodyOf(reading, head, frame)
  return lines.slice(0, rows).map((line) => cut(line, columns))
}

function bodyOf(reading: MetricsReading, head: string, { columns, isColoured }: TopFrame): string[] {
  const { ticks, rates, deliveries, sessions, rooms, queues, encode, counts, loopDelayMs, memory, journal } = reading
  const width = Math.max(0, columns - nameWidth)
  const line = (name: string, ...parts: string[]): string => name.padEnd(nameWidth) + parts.join('   ')
  const spark = (name: string, series: SeriesName, scale?: number): string =>
    line(name, sparkline(reading.series.points[series], Math.min(width, 60), scale))
  const perEncoding = encode.made === 0 ? '' : `, each for ${short(encode.sent / encode.made)}`
  return [
    `${head}   up ${duration(reading.uptimeMs)}`,
    '',
    line('time', ...phases.map(([name]) => `${name} ${Math.round(reading.profile[name] * 100)} %`)),
    ' '.repeat(nameWidth) + bar(reading.profile, Math.min(width, 60), isColoured),
    line('rooms', `${count(rooms.total)}`, ...pairs(rooms.byKind)),
    line('sessions', `${count(sessions.connected)} connected`, `${count(sessions.suspended)} suspended`),
    line('ticks', `${short(ticks.perSecond)}/s`, `${count(ticks.dropped)} left out`, `late ${quantiles(ticks.lateMs)}`),
    line('packets', `in ${short(rates.packetsIn)}/s`, `out ${short(rates.packetsOut)}/s`),
    line('bytes', `in ${bytes(rates.bytesIn)}/s`, `out ${bytes(rates.bytesOut)}/s`),
    line(
      'events',
      `in ${short(rates.eventsIn)}/s`,
      `out ${short(rates.eventsOut)}/s`,
      `${count(deliveries.acked)} acked`,
      `${count(deliveries.timedOut)} timed out`,
      `${count(deliveries.pending)} pending`,
    ),
    line(
      'queues',
      `${count(queues.waitingEvents)} events`,
      `${count(queues.handshakes)} handshakes`,
      `${count(queues.arrivals)} arrivals`,
      `${bytes(queues.bufferedBytes)} in sockets`,
    ),
    line('states', `${count(encode.made)} encoded${perEncoding}`, `${count(counts.writesSkipped)} writes skipped`),
    line('refusals', ...(Object.keys(reading.refusals).length === 0 ? ['none'] : pairs(reading.refusals))),
    line('loop', `late ${quantiles(loopDelayMs)}`),
    line('memory', bytes(memory.rssBytes), `heap ${bytes(memory.heapUsedBytes)} of ${bytes(memory.heapTotalBytes)}`),
    line('journal', `${bytes(journal.waitingBytes)} wait`, `${count(journal.failures)} failures`),
    '',
    spark('busy', 'idle', -1),
    spark('ticks', 'ticksPerSecond'),
    spark('late p99', 'lateP99Ms'),
    spark('packets', 'packetsOut'),
    spark('bytes', 'bytesOut'),
    spark('sessions', 'connected'),
  ]
}

/** One line for each reading, for a file or a pipe. */
export function topLine(reading: MetricsReading): string {
  const { profile, ticks, rates, sessions, rooms, memory } = reading
  return [
    `${count(reading.atMs / 1000)} s`,
    `rooms ${count(rooms.total)}`,
    `sessions ${count(sessions.connected)}`,
    `ticks ${short(ticks.perSecond)}/s`,
    `late p99 ${short(ticks.lateMs.p99)} ms`,
    `packets in ${short(rates.packetsIn)}/s out ${short(rates.packetsOut)}/s`,
    `bytes in ${bytes(rates.bytesIn)}/s out ${bytes(rates.bytesOut)}/s`,
    `idle ${Math.round(profile.idle * 100)} %`,
    `memory ${bytes(memory.rssBytes)}`,
  ].join(', ')
}

/** The most common ones first. Names come from rules: they must not move the cursor. */
function pairs(numbers: Readonly<Record<string, number>>): string[] {
  const sorted = Object.entries(numbers).sort(([, a], [, b]) => b - a)
  return sorted.map(([name, number]) => `${printable(name)} ${count(number)}`)
}

function bar(profile: MetricsReading['profile'], width: number, isColoured: boolean): string {
  let used = 0
  let sum = 0
  return phases
    .map(([name, colour, sign]) => {
      sum += profile[name]
      const cells = Math.max(0, Math.min(width, Math.round(sum * width)) - used)
      used += cells
      return isColoured ? `\u001b[${colour}m${'█'.repeat(cells)}\u001b[0m` : sign.repeat(cells)
    })
    .join('')
}

/** @param scale a full block; -1: shares, turned around; undefined: the largest of them, which is named */
function sparkline(points: readonly number[], width: number, scale?: number): string {
  const shown = points.slice(-width).map((point) => (scale === -1 ? 1 - point : point))
  const most = scale === -1 ? 1 : (scale ?? Math.max(0, ...shown))
  const line = shown.map((point) => blocks[most > 0 ? Math.round(Math.max(0, Math.min(1, point / most)) * 8) : 0])
  return line.join('').padStart(width)
}

/** Cuts a line at the edge of the terminal; sequences of colours take no room. */
function cut(line: string, columns: number): string {
  let room = columns
  // biome-ignore lint/suspicious/noControlCharactersInRegex: reason: sequences of a terminal begin with a control character
  return line.replace(/\u001b\[\d+m|[^\u001b]/gu, (part) => (part.length > 2 || room-- > 0 ? part : ''))
}

function printable(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, 40)
}

function quantiles({ p50, p99, max }: Quantiles): string {
  return `p50 ${short(p50)} ms, p99 ${short(p99)} ms, max ${short(max)} ms`
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en-US')
}

/** Three digits, or all of a large number. */
function short(number: number): string {
  return Math.abs(number) >= 100 ? count(number) : String(Number(number.toPrecision(3)))
}

function bytes(number: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  let [value, unit] = [number, 0]
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${short(value)} ${units[unit]}`
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}
