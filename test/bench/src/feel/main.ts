// `npm run bench:feel`: plays scenes over bad networks and says how they feel.
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FeelReport } from '@tygase/testkit/feel'
import { type Bar, barsOf, halvesOf, isReached, meanReport } from './bars.js'
import { type FeelLink, feelLinks } from './feel-links.js'
import { type FeelEffort, feelHelp, parseFeelOptions } from './feel-options.js'
import { playScene } from './measure.js'
import { playReal } from './real/play-real.js'
import type { RealSystem } from './real/questions.js'
import { barText, drawFeelCharts, rowForTerminal, writeFeelPage } from './report.js'
import { type FeelScene, feelScenes } from './scenes.js'
import { type FeelSystem, feelSystems } from './systems.js'

const docs = new URL('../../../../docs/', import.meta.url)
/** Links of plays in real time; all are reliable, as Colyseus uses WebSocket. */
const realLinks = ['wifi', 'mobile', '100±30 ms, 5 % loss, TCP']

try {
  const options = parseFeelOptions(process.argv.slice(2))
  if (options.help) console.log(feelHelp)
  else await measure(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function measure({ scenes, links, systems, effort, json, logs, write }: ReturnType<typeof parseFeelOptions>) {
  const rows: FeelReport[] = []
  for (const scene of feelScenes.filter(({ name }) => scenes.includes(name))) {
    for (const link of feelLinks.filter(({ name }) => links.includes(name))) {
      for (const system of systemsOf(scene).filter(({ name }) => systems.includes(name))) {
        rows.push(await playAll(system, scene, link, effort, logs))
        console.log(rowForTerminal(rows.at(-1)!, rows.length === 1))
      }
    }
  }
  const real: FeelReport[] = []
  for (const link of effort.realSeconds === 0 ? [] : feelLinks.filter(({ name }) => links.includes(name))) {
    if (!realLinks.includes(link.name)) continue
    for (const system of ['tygase', 'colyseus'] satisfies RealSystem[]) {
      real.push(await playReal({ system, seconds: effort.realSeconds, seed: 1 }, link))
      console.log(rowForTerminal({ ...real.at(-1)!, scene: 'open, real time' }, false))
    }
  }
  const bars = [...rows.filter(({ system }) => system === 'tygase').flatMap(barsOf), ...halvesOf(rows)]
  sayUnreached(bars)
  if (json !== undefined) {
    const all = [...rows, ...real.map((row) => ({ ...row, scene: 'open, real time' }))]
    writeFileSync(json, `${JSON.stringify(all, undefined, 2)}\n`)
  }
  if (!write) return
  const charts = drawFeelCharts(rows)
  mkdirSync(new URL('images/', docs), { recursive: true })
  for (const { name, svg } of charts) writeFileSync(new URL(`images/${name}.svg`, docs), svg)
  writeFileSync(new URL('internals/feel.md', docs), writeFeelPage(rows, real, bars, effort, charts))
}

/** The other ways to draw are compared in the first scene; shots are compared with no rewinding, too. */
function systemsOf({ name }: FeelScene): readonly FeelSystem[] {
  if (name === 'open') return feelSystems
  return feelSystems.filter(
    (system) => system.name === 'tygase' || (name === 'shoot' && system.name === 'no prediction'),
  )
}

async function playAll(
  system: FeelSystem,
  scene: FeelScene,
  link: FeelLink,
  { seconds, seeds }: FeelEffort,
  logs: string | undefined,
): Promise<FeelReport> {
  const reports: FeelReport[] = []
  for (const seed of seeds) {
    if (logs === undefined) {
      reports.push(await playScene(system, scene, link, seconds, seed))
      continue
    }
    mkdirSync(logs, { recursive: true })
    const name = [system.name, scene.name, link.name, seed].join(' ').replaceAll(/[^\w]+/g, '-')
    const file = createWriteStream(join(logs, `${name}.jsonl`))
    const write = (line: object): void => void file.write(`${JSON.stringify(line)}\n`)
    reports.push(await playScene(system, scene, link, seconds, seed, write))
    await new Promise<void>((resolve) => file.end(() => resolve()))
  }
  return meanReport(reports)
}

function sayUnreached(bars: readonly Bar[]): void {
  const unreached = bars.filter((bar) => !isReached(bar))
  console.log(`\n${bars.length - unreached.length} of ${bars.length} bars reached`)
  for (const bar of unreached) console.log(`not reached: ${bar.scene}, ${bar.link}: ${bar.measure}: ${barText(bar)}`)
}
