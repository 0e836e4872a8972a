import { readFileSync, writeFileSync } from 'node:fs'
import type { BundleSize } from '../net/bundle-sizes.js'
import type { RoomRow } from '../net/compare-rooms.js'
import type { Compared } from '../scene-figures.js'
import { markdownRow } from './figures-table.js'
import { formatBytes, formatNumber } from './format.js'

/** What one system took in a scene. */
interface SceneFigures {
  readonly bytesPerTick: number
  readonly snapshotBytes: number
  /** Of the median tick. */
  readonly serverMs: number
  readonly clientMs: number
  /** In times of the peer's, the median of the processes. Null: not measured. */
  readonly serverRatio: number | null
}

/** The figures of the last runs that other pages show. They stand as JSON beside docs/internals/benchmarks.md. */
export interface Figures {
  /** By scene, then by system. */
  readonly scenes: Readonly<Record<string, Readonly<Record<string, SceneFigures>>>>
  /** Of servers with clients over WebSocket; processor time for each client and tick. */
  readonly rooms: readonly {
    readonly clients: number
    readonly system: string
    readonly cpuUs: number
    readonly bytesPerSecond: number
  }[]
  /** Of pages that only connect, by library. */
  readonly bundles: Readonly<Record<string, { readonly minifiedBytes: number; readonly gzippedBytes: number }>>
}

const docs = new URL('../../../../docs/internals/', import.meta.url)
const file = new URL('benchmarks.json', docs)
const readme = new URL('../../../../README.md', import.meta.url)

/** The part of a run of all scenes. */
export function figuresOfScenes(rows: readonly Compared[]): Pick<Figures, 'scenes'> {
  const scenes: Record<string, Record<string, SceneFigures>> = {}
  for (const { scene, system, bytesPerTick, snapshotBytes, serverMs, clientMs, ratios } of rows) {
    scenes[scene] ??= {}
    const serverRatio = ratios.server?.middle ?? null
    scenes[scene][system] = { bytesPerTick, snapshotBytes, serverMs, clientMs, serverRatio }
  }
  return { scenes }
}

/** The part of a run over the network. */
export function figuresOfNetwork(
  rooms: readonly RoomRow[],
  bundles: readonly BundleSize[],
): Pick<Figures, 'rooms' | 'bundles'> {
  return {
    rooms: rooms.map(({ clients, system, figures: { cpuPerClientTick, bytesPerSecond } }) => {
      return { clients, system, cpuUs: cpuPerClientTick, bytesPerSecond }
    }),
    bundles: Object.fromEntries(
      bundles.map(({ library, minified, gzipped }) => [library, { minifiedBytes: minified, gzippedBytes: gzipped }]),
    ),
  }
}

export function readFigures(): Figures {
  return JSON.parse(readFileSync(file, 'utf8')) as Figures
}

/** Puts a part of a new run in the place of the one before, in the file and in the README. */
export function writeFigures(part: Partial<Figures>): void {
  const figures = { ...readFigures(), ...part }
  writeFileSync(file, `${JSON.stringify(figures, undefined, 2)}\n`)
  writeFileSync(readme, withFigures(readFileSync(readme, 'utf8'), figures))
}

const [open, close] = ['<!-- figures of docs/internals/benchmarks.json -->', '<!-- end of the figures -->']

/** @returns the README with these figures between its two marks @throws Error if there are no marks */
export function withFigures(page: string, figures: Figures): string {
  const [before, rest] = page.split(`${open}\n`)
  const [, after] = rest?.split(close) ?? []
  if (before === undefined || after === undefined) throw new Error('the README has no marks for figures')
  return `${before}${open}\n${readmeFigures(figures)}\n${close}${after}`
}

const shownScenes: readonly (readonly [scene: string, words: string])[] = [
  ['swarm', '1,000 things that fly straight on'],
  ['arena', '100 players that run and turn'],
  ['sparse', '50 of 10,000 things move'],
  ['flags', '1,000 things change places and flags'],
  ['cards', 'a card game'],
]
const shownClients = 200

function readmeFigures({ scenes, rooms, bundles }: Figures): string {
  const bytesOf = (scene: string, system: string) => formatBytes(scenes[scene]![system]!.bytesPerTick)
  const table = [
    ['bytes a tick for one client', 'TyGaSe', 'Colyseus', 'JSON'],
    ['---', '---:', '---:', '---:'],
    ...shownScenes.map(([scene, words]) => [
      words,
      ...['tygase', 'colyseus', 'json'].map((system) => bytesOf(scene, system)),
    ]),
  ]
  const ratios = Object.entries(scenes)
    .map(([scene, systems]) => ({ scene, ratio: systems.tygase!.serverRatio }))
    .filter((row): row is { scene: string; ratio: number } => row.ratio !== null && row.scene !== 'idle')
    .sort((a, b) => a.ratio - b.ratio)
  const [least, most] = [ratios[0]!, ratios.at(-1)!]
  const slower = ratios.filter(({ ratio }) => ratio > 1).length
  const cpu = (system: string) =>
    formatNumber(rooms.find((row) => row.clients === shownClients && row.system === system)!.cpuUs)
  const kilobytes = (library: string) => (bundles[library]!.gzippedBytes / 1000).toFixed(1)
  return [
    table.map(markdownRow).join('\n'),
    '',
    `- **Processor of a whole server**, one room of ${shownClients} clients over WebSocket: ${cpu('tygase')} µs for each client and tick; Colyseus ${cpu('colyseus')}, Socket.IO ${cpu('socket.io')}.`,
    `- **A page that connects** loads ${kilobytes('@tygase/client')} kB (gzip); \`@colyseus/sdk\` ${kilobytes('@colyseus/sdk')}, \`socket.io-client\` ${kilobytes('socket.io-client')}.`,
    `- **Where we are behind**: to change a state and encode it takes ${formatNumber(least.ratio)} times as long as with Colyseus in the scene \`${least.scene}\`, and ${formatNumber(most.ratio)} times in \`${most.scene}\`. In ${slower} of ${ratios.length} scenes it takes longer.`,
  ].join('\n')
}
