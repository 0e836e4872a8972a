import { median, quantile } from '../median.js'
import { markdownRow } from '../report/figures-table.js'
import { formatNumber } from '../report/format.js'
import { loadText, machine } from '../report/machine.js'
import type { CostEffort, CostFigures } from './compare-cost.js'
import type { RecordingFigures } from './measure-recording.js'
import type { RecoveryFigures } from './measure-recovery.js'
import type { ServerWindow } from './questions.js'

export interface JournalFigures {
  readonly cost: CostFigures
  readonly recovery: RecoveryFigures
  readonly recordings: readonly RecordingFigures[]
}

/** The section of docs/internals/benchmarks.md. */
export function writeJournalSection(
  { cost, recovery, recordings }: JournalFigures,
  effort: CostEffort,
  load: number,
): string {
  const { rooms, players, seconds } = effort
  const { ratios } = cost.ratios
  const shareOf = (windows: readonly ServerWindow[]): string =>
    `${formatNumber(median(windows.map(({ cpuMs }) => cpuMs / seconds / 10)))} %`
  const [low, middle, high] = [quantile(ratios, 0.25), median(ratios), quantile(ratios, 0.75)]
  const rows: [string, string, string][] = [
    [
      'processor time with a journal, in times of that without',
      `${three(middle)} (${three(low)} to ${three(high)})`,
      '1.05',
    ],
    [
      'ten seconds of 1,000 rows are made again, ms',
      `${formatNumber(recovery.ms)} (${formatNumber(recovery.longestMs)})`,
      '500',
    ],
    ...recordings.flatMap((recording): [string, string, string][] => {
      const { players: kind, minutes, bytes, bytesOfStates, seekMs, longestSeekMs } = recording
      const perHour = (of: number): string => formatNumber((of / minutes) * 60 * 1e-6)
      return [
        [
          `an hour of Tag with six ${kind}, MB; without their events`,
          `${perHour(bytes)}; ${perHour(bytesOfStates)}`,
          '3',
        ],
        ['to seek in it, ms', `${formatNumber(seekMs)} (${formatNumber(longestSeekMs)})`, '200'],
      ]
    }),
  ]
  const table = [['measure', 'figure', 'must'], ['---', '---:', '---:'], ...rows].map(markdownRow).join('\n')
  return `## Journal

Written by \`npm run bench:journal -- --write\`; every figure is of one run.

- **Processor time**: two servers with ${rooms} rooms of the arena and ${players} players between them, one with a journal in files (\`durable: 'process'\`). They play in turn, in windows of ${seconds} s, ${ratios.length} pairs in ${effort.processes} pairs of processes; while the one plays, the rooms of the other stand still. The time is that of the whole process with its threads. The figure is the median of the ratios, with their quartiles. A server without a journal used ${shareOf(cost.without)} of a core, one with it ${shareOf(cost.withJournal)}.
- **Made again**: a fresh process, from the call of \`run\` until the server listens: ${recovery.ticks} ticks in which each row moves. The median, and in brackets the longest; ${formatNumber(recovery.cpuMs)} ms of processor time.
- **Tag**: bots steer seven times a second each, people two and a half times. To seek is to open the recording, and to get one state of it: the median, and in brackets the longest.

\`apps/arena/test/journal-size.test.ts\` holds the bytes that a tick takes in the journal: 30 with twelve players of the arena, the most that a room has, of at most 40. With five players it is 17. Beside them, snapshots take 16 and 29 bytes a tick.

Machine: ${machine()}, ${loadText([load])}.

${table}
`
}

function three(ratio: number): string {
  return ratio.toFixed(3)
}
