import { readFileSync } from 'node:fs'
import type { FeelReport } from '@tygase/testkit/feel'
import type { Chart } from '../report/charts.js'
import { drawDotChart } from '../report/dot-chart.js'
import { formatNumber, formatOptional } from '../report/format.js'
import { machine } from '../report/machine.js'
import { type Bar, isReached } from './bars.js'
import { feelLinks } from './feel-links.js'
import type { FeelEffort } from './feel-options.js'
import { feelScenes } from './scenes.js'
import { feelSystems, systemsIn } from './systems.js'

type Figure = keyof FeelReport

/** The columns of tables: heading, and what stands there. */
const columns: readonly (readonly [heading: string, text: (row: FeelReport) => string])[] = [
  ['press', (row) => pair(row, 'pressFramesP50', 'pressFramesP95')],
  ['own error', (row) => pair(row, 'ownErrorP50', 'ownErrorP95')],
  ['own max', (row) => formatOptional(row.ownErrorMax)],
  ['own snaps', (row) => formatOptional(row.ownSnapsPerMin)],
  ["others' error", (row) => pair(row, 'othersErrorP50', 'othersErrorP95')],
  ["others' snaps", (row) => formatOptional(row.othersSnapsPerMin)],
  ['age ms', (row) => formatOptional(row.othersAgeMs)],
  ['late %', (row) => percent(row.lateShare)],
  ['corrections %', (row) => percent(row.correctionShare)],
  ['frame ms', (row) => formatOptional(row.frameCpuMs)],
  ['B/s up', (row) => formatOptional(row.upBytesPerSecond)],
]

/** Columns of single scenes. */
const moreColumns: Readonly<Record<string, typeof columns>> = {
  shoot: [
    ['shots that hit %', (row) => percent(row.hitAgreement)],
    ['up to 250 ms %', (row) => percent(row.fairHitAgreement)],
  ],
  coins: effectColumns(),
  slow: effectColumns(),
  stall: [['recovery ms', (row) => formatOptional(row.recoveryMs)]],
}

function effectColumns(): typeof columns {
  return [
    ['effects', (row) => String(Math.round(row.effects))],
    ['once %', (row) => percent(row.effectsOnce)],
    ['false', (row) => String(row.effectsFalse)],
    ['effect after ms', (row) => formatOptional(row.effectDelayMs)],
  ]
}

function pair(row: FeelReport, first: Figure, second: Figure): string {
  // reason: only figures are asked for
  return [row[first], row[second]].map((value) => formatOptional(value as number | null)).join(' / ')
}

function percent(share: number | null): string {
  return share === null ? '–' : formatNumber(Number((share * 100).toFixed(2)))
}

/** A line for the terminal. @param isFirst with the headings above */
export function rowForTerminal(row: FeelReport, isFirst: boolean): string {
  const widths = columns.map(([heading]) => Math.max(heading.length, 13))
  const more = (moreColumns[row.scene] ?? []).map(([heading, text]) => `${heading} ${text(row)}`).join(', ')
  const cells = columns.map(([, text], index) => text(row).padStart(widths[index]!)).join(' ')
  const headings = columns.map(([heading], index) => heading.padStart(widths[index]!)).join(' ')
  const head = isFirst ? `${''.padEnd(60)}${headings}\n` : ''
  return `${head}${`${row.scene} · ${row.link} · ${row.system}`.padEnd(60)}${cells} ${more}`
}

export function barText({ figure, most, least }: Bar): string {
  return `${formatOptional(figure)}, must be ${most === undefined ? `${least} at least` : `${formatNumber(most)} at most`}`
}

const charts: readonly (readonly [name: string, title: string, figure: Figure])[] = [
  ['feel-press', 'Frames from a press to the screen, p95', 'pressFramesP95'],
  ['feel-own-error', 'Distance of the own disc from the truth, units, p95', 'ownErrorP95'],
  ['feel-others-error', 'Distance of other discs from the truth, units, p95', 'othersErrorP95'],
  ['feel-others-snaps', 'Visible leaps of each other disc, a minute', 'othersSnapsPerMin'],
]

/** Pictures of the scene `open`: a line for each link, a dot for each system. */
export function drawFeelCharts(rows: readonly FeelReport[]): Chart[] {
  const series = systemsIn('open').map(({ name }) => name)
  return charts.map(([name, title, figure]) => {
    const figureOf = (link: string, system: string): number | null => {
      const row = rows.find((each) => each.scene === 'open' && each.link === link && each.system === system)
      // reason: only figures are asked for
      return (row?.[figure] as number | null | undefined) ?? null
    }
    const lines = feelLinks.map((link) => ({
      name: link.name,
      values: series.map((system) => figureOf(link.name, system)),
    }))
    return { name, title, svg: drawDotChart({ title, lines, series }) }
  })
}

/** The page of a whole run. */
export function writeFeelPage(
  rows: readonly FeelReport[],
  real: readonly FeelReport[],
  bars: readonly Bar[],
  { seconds, seeds, realSeconds }: FeelEffort,
  pictures: readonly Chart[],
  page: string,
): string {
  const reached = bars.filter(isReached)
  return `# How play feels

Written by \`npm run bench:feel -- --write\`; all figures in virtual time are of one run, and all in real time.

## Method

A player steers one disc among twenty that the server steers at random, at 30 ticks a second. A disc runs 330 units a second; a unit is about a pixel. Over each link one player plays ${seconds} s in virtual time with each of ${seeds.length} seeds: server, client and rules are the real ones, clock and network are simulated. The figures are means over the seeds.

Each play writes one log: the server's versions, the player's presses, and what each frame showed. One scorer reads the log and knows no system. Two rows of the state carry the number of the tick, so a drawing itself says where on the axis of ticks it is.

- **press**: frames from a press until the own disc goes faster in its direction, p50 / p95. 0.5 is the least mean: a press falls anywhere between two frames. A drawing that leaps can seem to answer sooner than it does.
- **own error**, **others' error**: distance of a drawn disc from where the server has it at the drawn place, in units, p50 / p95. A drawing that freezes and leaps is judged by an even way between.
- **snaps**: frames a minute in which a disc moves over 4 units farther than its top speed allows; of others for each disc.
- **age**: how far in the past others are drawn. **late**: events that the server ran after the tick in which the player saw them. **corrections**: rebases that moved the own disc.
- **frame ms**: processor time of the client's process for a frame, on this machine. **B/s up**: what the client sends.

${feelSystems.map(({ name, about }) => `- \`${name}\`: ${about}`).join('\n')}

\`wifi\` is 15 ± 10 ms with 0.5 % loss, \`mobile\` 60 ± 40 ms with 2 %, \`awful\` 200 ± 50 ms with 5 %. Times of links are one way. Over TCP a lost packet is a delay of all that follow. Machine: ${machine()}.

## Must reach

${reached.length} of ${bars.length} bars are reached. Where nothing could be measured, marked –, the bar counts as missed.

${unreachedTable(bars)}

Where bars are missed:

- **Late events over TCP.** A lost packet comes at least 200 ms later. Where more than one in fifty does, the lead covers that, and an event is late until the client has seen enough of them. On Wi-Fi one in 200 gets lost, in bursts 0.7 %, and what is sent in the 200 ms after it waits for it: so about one event in a hundred is late there with any lead below 200 ms. A longer lead would show all others every event later, and put most shots beyond the reach of a server that rewinds 250 ms. Over datagrams an event goes into several packets, and few are late.
- **Shots.** While no version comes, others are drawn where the rules expect them. One that turns meanwhile is elsewhere at the server. Besides, a server rewinds for 250 ms by default: on slow networks most shots are at rows that are drawn further in the past, and an event that TCP holds up comes with its picture 200 ms older. The rows \`rewind 600 ms\` show the same play in a room that goes back for longer, as the guide advises for phones. The client predicts such a shot as the server will run it.
- **Stalls.** The own disc is right again some tenths of a second after the network speaks, later where a packet gets lost just then. Over TCP a press may come late once more: where it runs is known with its ack. Over datagrams it is sent again with a later tick. The tenth of a second after a press does not count, as a press moves the disc from the start of its tick.
- **\`push\`.** Others that push a disc cannot be foreseen, and a longer lead is a longer guess. So the lead does not cover lost packets there, unless more than one in twenty of the own events is held up. Over networks that lose one packet in twenty it has to. Over datagrams no event waits for another, and the lead is as short as nearly all own events allow.

## Charts

The scene \`open\`; nought lies at the left end.

${pictures.map(({ name, title }) => `![${title}, by link](../images/${name}.svg)`).join('\n\n')}

## Scenes

${feelScenes
  .map(
    (scene) =>
      `### ${scene.name}\n\n${scene.about}\n\n${table(
        rows.filter((row) => row.scene === scene.name),
        moreColumns[scene.name],
      )}`,
  )
  .join('\n\n')}

${real.length === 0 ? realSectionOf(page) : realSection(real, realSeconds)}`
}

function realSection(real: readonly FeelReport[], realSeconds: number): string {
  return `## Beside Colyseus, in real time

The scene \`open\`, ${realSeconds} s a play. Server, network and player are processes of their own; a TCP proxy delays by the same draws. Colyseus ${colyseusVersions()} plays with \`Predict\` as its documentation shows: \`reconciler\` for the own disc, with the same movement code, and \`attachAll\` with \`mode: 'lerp'\` for the others. Its own place on the axis of ticks is not known, so the scorer fits it anew each two seconds, in its favour. Bytes are those of TCP. Real time has the hitches of the machine in it: a process that is held back for a tenth of a second is a leap.

${table(real, [['B/s down', (row) => formatOptional(row.downBytesPerSecond)]])}

${peerVerdict(real)}
`
}

/** A run in virtual time alone keeps what was measured in real time. */
function realSectionOf(page: string): string {
  return page.slice(page.indexOf('## Beside Colyseus'))
}

function unreachedTable(bars: readonly Bar[]): string {
  const unreached = bars.filter((bar) => !isReached(bar))
  if (unreached.length === 0) return 'None is missed.'
  const lines = unreached.map((bar) => `| ${bar.scene} | ${bar.link} | ${bar.measure} | ${barText(bar)} |`)
  return ['| scene | link | missed | figure |', '| --- | --- | --- | --- |', ...lines].join('\n')
}

function table(rows: readonly FeelReport[], more: typeof columns = []): string {
  const all = [...columns, ...more]
  const head = ['link', 'system', ...all.map(([heading]) => heading)]
  const lines = rows.map((row) => [row.link, `\`${row.system}\``, ...all.map(([, text]) => text(row))])
  const align = head.map((_, index) => (index < 2 ? '---' : '---:'))
  return [head, align, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const compared: readonly (readonly [name: string, figure: Figure])[] = [
  ['press p95', 'pressFramesP95'],
  ['own error p95', 'ownErrorP95'],
  ['own snaps', 'ownSnapsPerMin'],
  ["others' error p95", 'othersErrorP95'],
  ["others' snaps", 'othersSnapsPerMin'],
  ['age', 'othersAgeMs'],
  ['bytes up', 'upBytesPerSecond'],
]

/** Where the peer is better. */
function peerVerdict(real: readonly FeelReport[]): string {
  const worse = real
    .filter(({ system }) => system === 'colyseus')
    .flatMap((peer) => {
      const own = real.find(({ system, link }) => system === 'tygase' && link === peer.link)
      return compared.flatMap(([name, figure]) => {
        // reason: only figures are compared
        const [ours, theirs] = [own?.[figure] as number | null, peer[figure] as number | null]
        if (ours === null || theirs === null || ours <= theirs) return []
        return [`${name} over ${peer.link} (${formatNumber(ours)}, ${formatNumber(theirs)})`]
      })
    })
  return worse.length === 0 ? 'Colyseus is better in no column.' : `Colyseus is better in: ${worse.join('; ')}.`
}

function colyseusVersions(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return ['@colyseus/core', '@colyseus/sdk'].map((name) => `${name} ${manifest.devDependencies[name]}`).join(', ')
}
