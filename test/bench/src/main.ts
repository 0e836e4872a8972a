// `npm run bench`: lets every system play every scene and says what it took.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { compareCheckouts, verdictOf } from './against.js'
import { measureInBrowsers } from './browsers/compare-browsers.js'
import { measureAllBytes, recordFile } from './bytes-record.js'
import { measureExtras } from './measure-extras.js'
import { measureScene } from './measure-scene.js'
import { help, type Options, parseOptions } from './options.js'
import { profileScenes, wholeProfile } from './profile.js'
import { browsersTable, writeBrowsersSection } from './report/browsers-section.js'
import { drawCharts } from './report/charts.js'
import { figuresOfScenes, writeFigures } from './report/figures.js'
import { figuresForTerminal, formatSpread } from './report/figures-table.js'
import { formatNumber } from './report/format.js'
import { loadNow, loadText } from './report/machine.js'
import { writePage } from './report/page.js'
import { withOwnSections, withSection } from './report/page-sections.js'
import { profilesTable, writeProfilesSection } from './report/profiles-section.js'
import { type Requirement, requirementsOf, unreached, unreachedText } from './report/requirements.js'
import { viewRequirementsOf, viewsTable, writeViewsSection } from './report/views-section.js'
import type { Compared } from './scene-figures.js'
import { scenes } from './scenes/scenes.js'
import { compareViews, type ViewEffort } from './views/compare-views.js'

const docs = new URL('../../../docs/', import.meta.url)
const page = new URL('internals/benchmarks.md', docs)

try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) console.log(help)
  else if (options.record) record()
  else if (options.profile) await measureProfiles(options)
  else if (options.firefox) await measureBrowsers(options.write)
  else if (options.against !== undefined) await compare(options, options.against)
  else await measure(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function record(): void {
  writeFileSync(recordFile, `${JSON.stringify(measureAllBytes(), undefined, 2)}\n`)
}

async function compare({ scenes: chosen, pairEffort }: Options, folder: string): Promise<void> {
  for (const scene of chosen) {
    for (const paired of await compareCheckouts(scene, folder, pairEffort)) console.log(verdictOf(scene.name, paired))
  }
}

async function measure(options: Options): Promise<void> {
  const loads = [loadNow()]
  console.log(`load average ${loads[0]!.toFixed(2)}`)
  const startMs = performance.now()
  const rows: Compared[] = []
  for (const [index, scene] of options.scenes.entries()) {
    const place = `scene ${index + 1} of ${options.scenes.length}`
    const measured = await measureScene(scene, options.effort, (progress) => say(startMs, `${place}: ${progress}`))
    loads.push(loadNow())
    console.log(`${figuresForTerminal(measured)}\nload average ${loads.at(-1)!.toFixed(2)}\n`)
    rows.push(...measured)
    // written again after each scene: a run that is ended keeps what it has measured
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 2)}\n`)
  }
  if (options.scenes.length === scenes.length) {
    say(startMs, 'idle ticks, heaps, bytes and one view')
    await concludeAll(options, rows, loads)
  }
  if (options.viewEffort !== undefined) {
    say(startMs, 'views')
    await measureViews(options.viewEffort, options.write)
  }
  say(startMs, 'done')
}

/** Progress is no result, so it does not go where results go. */
function say(startMs: number, progress: string): void {
  const seconds = Math.round((performance.now() - startMs) / 1000)
  console.error(`[${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}] ${progress}`)
}

/** What can be said when all scenes have been measured. */
async function concludeAll(options: Options, rows: readonly Compared[], loads: readonly number[]): Promise<void> {
  const extras = await measureExtras(options.extrasEffort)
  console.log(`idle tick, 10,000 rows in times of 100: ${formatSpread(extras.idle)}`)
  console.log(`heap of 100 retained versions of sparse above one: ${formatNumber(extras.retainedHeapMb)} MB`)
  const { unread, read } = extras.versionKb
  console.log(
    `a version of swarm: ${formatNumber(unread)} KB, ${formatNumber(read)} KB when all its rows have been read`,
  )
  console.log(`one view of 20 rows over 20,000, in times of one over 200: ${formatSpread(extras.loneView)}`)
  sayUnreached(requirementsOf(rows, extras))
  if (!options.write) return
  const charts = drawCharts(rows)
  mkdirSync(new URL('images/', docs), { recursive: true })
  for (const { name, svg } of charts) writeFileSync(new URL(`images/${name}.svg`, docs), svg)
  const run = { rows, extras, effort: options.effort, charts, loads }
  writeFileSync(page, withOwnSections(writePage(run), pageBefore()))
  writeFigures(figuresOfScenes(rows))
}

async function measureViews(effort: ViewEffort, write: boolean): Promise<void> {
  const rows = await compareViews(effort)
  console.log(`\n${viewsTable(rows)}\n`)
  sayUnreached(viewRequirementsOf(rows))
  if (write) writeFileSync(page, withSection(pageBefore(), writeViewsSection(rows, effort)))
}

async function measureBrowsers(write: boolean): Promise<void> {
  const loads = [loadNow()]
  const { rows, versions } = await measureInBrowsers((row) => {
    loads.push(loadNow())
    console.log(browsersTable([row]).split('\n').at(-1))
  })
  console.log(`\n${browsersTable(rows)}\n\n${loadText(loads)}`)
  if (write) writeFileSync(page, withSection(pageBefore(), writeBrowsersSection(rows, versions, loads)))
}

async function measureProfiles({ scenes: chosen, write }: Options): Promise<void> {
  const profiles = await profileScenes(chosen, wholeProfile, (scene) => console.error(scene))
  console.log(profilesTable(profiles))
  if (write) writeFileSync(page, withSection(pageBefore(), writeProfilesSection(profiles)))
}

function sayUnreached(requirements: readonly Requirement[]): void {
  for (const requirement of unreached(requirements)) console.log(unreachedText(requirement))
}

function pageBefore(): string {
  return existsSync(page) ? readFileSync(page, 'utf8') : ''
}
