// `npm run bench:feel`: plays scenes over bad networks and says how they feel.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { FeelReport } from '@tygase/testkit/feel'
import { type Bar, barsOf, halvesOf, isReached, meanReport } from './bars.js'
import { feelLinks } from './feel-links.js'
import { type FeelEffort, feelHelp, parseFeelOptions } from './feel-options.js'
import { Players, type VirtualPlay } from './players.js'
import { playReal } from './real/play-real.js'
import type { RealSystem } from './real/questions.js'
import { barText, drawFeelCharts, rowForTerminal, writeFeelPage } from './report.js'
import { feelScenes } from './scenes.js'
import { systemsIn } from './systems.js'

const docs = new URL('../../../../docs/', import.meta.url)
/** Links of plays in real time; all are reliable, as Colyseus uses WebSocket. */
const realLinks = ['wifi', 'mobile', '100±30 ms, 5 % loss, TCP']
const realScene = 'open, real time'

/** The rows so far, in the file of `--json`. Without one nothing is kept. */
class RowFile {
  readonly #path: string | undefined
  readonly #rows: FeelReport[]

  constructor(path: string | undefined, resume: boolean) {
    this.#path = path
    this.#rows = resume ? JSON.parse(readFileSync(path!, 'utf8')) : []
  }

  find({ system, scene, link }: Pick<FeelReport, 'system' | 'scene' | 'link'>): FeelReport | undefined {
    return this.#rows.find((row) => row.system === system && row.scene === scene && row.link === link)
  }

  add(row: FeelReport): void {
    this.#rows.push(row)
    if (this.#path !== undefined) writeFileSync(this.#path, `${JSON.stringify(this.#rows, undefined, 2)}\n`)
  }
}

try {
  const options = parseFeelOptions(process.argv.slice(2))
  if (options.help) console.log(feelHelp)
  else await measure(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function measure(options: ReturnType<typeof parseFeelOptions>) {
  const { links, effort, json, resume, write } = options
  const rowFile = new RowFile(json, resume)
  const rows = await playVirtual(options, rowFile)
  const real: FeelReport[] = []
  for (const link of effort.realSeconds === 0 ? [] : feelLinks.filter(({ name }) => links.includes(name))) {
    if (!realLinks.includes(link.name)) continue
    for (const system of ['tygase', 'colyseus'] satisfies RealSystem[]) {
      const row = await playReal({ system, seconds: effort.realSeconds, seed: 1 }, link)
      real.push(row)
      rowFile.add({ ...row, scene: realScene })
      console.log(rowForTerminal({ ...row, scene: realScene }, false))
    }
  }
  const bars = [...rows.filter(({ system }) => system === 'tygase').flatMap(barsOf), ...halvesOf(rows)]
  sayUnreached(bars)
  if (!write) return
  const charts = drawFeelCharts(rows)
  mkdirSync(new URL('images/', docs), { recursive: true })
  for (const { name, svg } of charts) writeFileSync(new URL(`images/${name}.svg`, docs), svg)
  const page = new URL('internals/feel.md', docs)
  writeFileSync(page, writeFeelPage(rows, real, bars, effort, charts, readFileSync(page, 'utf8')))
}

/** Plays in virtual time, with all processors. */
async function playVirtual(
  { scenes, links, systems, effort, jobs, logs }: ReturnType<typeof parseFeelOptions>,
  rowFile: RowFile,
) {
  const players = new Players(jobs)
  try {
    const plays = feelScenes
      .filter(({ name }) => scenes.includes(name))
      .flatMap((scene) =>
        links.flatMap((link) =>
          systemsIn(scene.name)
            .filter(({ name }) => systems.includes(name))
            .map(async (system) => {
              const names = { system: system.name, scene: scene.name }
              const known = rowFile.find({ ...names, link })
              if (known !== undefined) return known
              const row = await playAll(players, effort, { ...names, link, logs })
              rowFile.add(row)
              return row
            }),
        ),
      )
    const say = async (): Promise<void> => {
      for (const [index, play] of plays.entries()) console.log(rowForTerminal(await play, index === 0))
    }
    const [rows] = await Promise.all([Promise.all(plays), say()])
    return rows
  } finally {
    await players.end()
  }
}

/** One play with each seed. */
async function playAll(
  players: Players,
  { seconds, seeds }: FeelEffort,
  names: Pick<VirtualPlay, 'system' | 'scene' | 'link' | 'logs'>,
): Promise<FeelReport> {
  return meanReport(await Promise.all(seeds.map((seed) => players.play({ ...names, seconds, seed }))))
}

function sayUnreached(bars: readonly Bar[]): void {
  const unreached = bars.filter((bar) => !isReached(bar))
  console.log(`\n${bars.length - unreached.length} of ${bars.length} bars reached`)
  for (const bar of unreached) console.log(`not reached: ${bar.scene}, ${bar.link}: ${bar.measure}: ${barText(bar)}`)
}
