import { summaryOf, type TimesSummary } from '../crew/slice.js'
import type { LoadRun, LoadSecond } from '../load-run.js'
import type { LoadFault, LoadReport } from './load-report.js'

/** What to do about a code. */
const hints: Readonly<Record<string, string>> = {
  room_full: 'the rooms are full: more maxClients of the kind of room, or let `room` of the script name more rooms',
  server_full: 'the server is full: more maxSessions',
  room_limit: 'the server makes no more rooms: more maxRooms, and maxRoomsPerAddress',
  game_outdated: 'the script has older rules than the server',
  server_outdated: 'the script has newer rules than the server',
  join_invalid: 'the game asks for join data: `data` of the script',
  unknown_room: 'there is no such room or kind of room: --room, or the path of the address',
  auth_failed: 'the server asks for credentials: `credentials` of the script',
  connect_timeout: 'does the server run, and is this its port?',
  rate_limited: 'events come faster than the limits of the server allow',
  event_unknown: 'the game has no such event',
  suspended: 'transports were lost; those sessions may have resumed',
}

/**
 * A line for the terminal while the test runs, without its end.
 * @param run up to the last second
 */
export function progressLine({ atSeconds, slice, isSteady }: LoadSecond, run: LoadRun, clients: number): string {
  const faults = [run.whole.failedJoins, run.whole.faults, run.whole.losses]
  const count = faults.flatMap((each) => [...each.values()]).reduce((sum, fault) => sum + fault.count, 0)
  const parts = [
    `${atSeconds} s`,
    isSteady ? `${slice.connected} players` : `joining ${run.whole.joins.count}/${clients}`,
    `late p99 ${msText(summaryOf(slice.lateness)?.p99)}`,
    `acks p99 ${msText(summaryOf(slice.acks)?.p99)}`,
    `${bytesText(slice.connected > 0 ? slice.bytesIn / slice.connected : undefined)}/s each`,
  ]
  if (count > 0) parts.push(`${count} fault${count === 1 ? '' : 's'}`)
  return parts.join(' · ')
}

/** The result for people, with the end of its last line. */
export function reportText(report: LoadReport): string {
  const { settings, joins, game, generator, machine } = report
  const where = settings.room === undefined ? settings.address : `${settings.address}, room ${settings.room}`
  const rows: [name: string, text: string][] = [
    [
      'joins',
      `${joins.joined} of ${joins.tried}${joins.perSecond === null ? '' : `, ${number(joins.perSecond)} a second`}`,
    ],
    ['join time', spreadText(joins.ms)],
    ['tick lateness', game.versionsPerSecond === 0 ? '– (the state did not change)' : spreadText(game.latenessMs)],
    [
      'acks of events',
      `${spreadText(game.ackMs)}${game.acksPerSecond ? `, ${number(game.acksPerSecond)} a second` : ''}`,
    ],
    ['round trips', spreadText(game.roundTripMs)],
    ['ticks', `${number(game.ticksPerSecond)} of ${number(game.tickRate)} a second`],
    ['versions', `${number(game.versionsPerSecond)} a second and player`],
    ['bytes in', `${bytesText(game.bytesInPerSecond ?? undefined)} a second and player`],
    ['bytes out', `${bytesText(game.bytesOutPerSecond ?? undefined)} a second and player`],
    ['generator', generatorText(generator)],
    [
      'machine',
      `${machine.processors} × ${machine.model}, Node ${machine.node}, load average ${machine.load.map((load) => load.toFixed(2)).join(' → ')}`,
    ],
  ]
  return [
    `${where}: ${headOf(report)}`,
    '',
    ...rows.map(([name, text]) => `  ${name.padEnd(16)}${text}`),
    ...faultLines('joins that failed', joins.failed, report),
    ...faultLines('faults', report.faults, report),
    ...faultLines('lost connections', report.losses, report),
    ...(generator.limit === null
      ? []
      : [
          '',
          `The load generator was the limit, not the server: ${generator.limit}.`,
          'Use fewer clients, more --threads, or another machine.',
        ]),
    '',
  ].join('\n')
}

function headOf({ end, game, settings }: LoadReport): string {
  const { clients, seconds } = settings
  const played = `${clients} clients, ${game.seconds} s after the ramp`
  if (end === 'interrupted') return `interrupted; ${played} of ${seconds} s`
  if (end === 'server_lost') return `the server was lost; ${played} of ${seconds} s`
  if (end === 'none_joined') return 'no player could join'
  return played
}

function generatorText({ threads, lagMs, utilization }: LoadReport['generator']): string {
  const busy = utilization === null ? '–' : `${Math.round(utilization * 100)} %`
  return `${threads} thread${threads === 1 ? '' : 's'}, busy ${busy}, own lag p99 ${msText(lagMs?.p99)}`
}

function faultLines(title: string, faults: readonly LoadFault[], report: LoadReport): string[] {
  if (faults.length === 0) return []
  const lines = faults.map(({ code, count, message }) => {
    const hint = hintOf(code, report)
    return `    ${String(count).padStart(6)} × ${code}: ${message}${hint === undefined ? '' : `\n             → ${hint}`}`
  })
  return ['', `  ${title}`, ...lines]
}

function hintOf(code: string, { joins }: LoadReport): string | undefined {
  if (code === 'too_many_sessions') {
    return `the server allows about ${joins.joined} clients per address: give it maxSessionsPerAddress and maxHandshakesPerAddress for the test`
  }
  return hints[code]
}

function spreadText(times: TimesSummary | null): string {
  if (times === null) return '–'
  const { p50, p95, p99, max } = times
  return `p50 ${msText(p50)}, p95 ${msText(p95)}, p99 ${msText(p99)}, max ${msText(max)}`
}

function msText(ms: number | undefined): string {
  return ms === undefined ? '–' : `${number(ms)} ms`
}

function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) return '–'
  return bytes < 1024
    ? `${number(bytes)} B`
    : bytes < 1024 * 1024
      ? `${number(bytes / 1024)} KiB`
      : `${number(bytes / 1024 / 1024)} MiB`
}

/** Three digits that count. */
function number(value: number | null): string {
  if (value === null) return '–'
  if (value >= 100) return String(Math.round(value))
  return String(Number(value.toPrecision(value < 0.1 ? 1 : 3)))
}
