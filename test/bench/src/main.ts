// `npm run bench`: lets every system play every scene and says what it took.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { compareCheckouts, verdictOf } from './against.js'
import { measureAllBytes } from './bytes-record.js'
import { measureExtras } from './measure-extras.js'
import { type Compared, type Measurement, measureScene } from './measure-scene.js'
import { help, type Options, parseOptions } from './options.js'
import { drawCharts } from './report/charts.js'
import { figuresForTerminal } from './report/figures-table.js'
import { formatNumber } from './report/format.js'
import { writePage } from './report/page.js'
import { withOwnSections, withSection } from './report/page-sections.js'
import { type Requirement, requirementsOf, unreached } from './report/requirements.js'
import { viewRequirementsOf, viewsTable, writeViewsSection } from './report/views-section.js'
import { scenes } from './scenes/scenes.js'
import { compareViews, type ViewEffort } from './views/compare-views.js'

const docs = new URL('../../../docs/', import.meta.url)
const page = new URL('internals/benchmarks.md', docs)
const recordFile = new URL('../recorded-bytes.json', import.meta.url)

try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) console.log(help)
  else if (options.record) record()
  else if (options.against !== undefined) await compare(options, options.against)
  else await measure(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function record(): void {
  writeFileSync(recordFile, `${JSON.stringify(measureAllBytes(), undefined, 2)}\n`)
}

async function compare({ scenes: chosen, effort }: Options, folder: string): Promise<void> {
  for (const scene of chosen) {
    for (const paired of await compareCheckouts(scene, folder, effort)) console.log(verdictOf(scene.name, paired))
  }
}

async function measure(options: Options): Promise<void> {
  const rows: Compared[] = []
  for (const scene of options.scenes) {
    const measured = await measureScene(scene, options.effort)
    console.log(`${figuresForTerminal(measured, rows.length === 0)}\n`)
    rows.push(...measured)
  }
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(rows.map(measurementOf), undefined, 2)}\n`)
  if (options.scenes.length === scenes.length) await concludeAll(options, rows)
  if (options.viewEffort !== undefined) await measureViews(options.viewEffort, options.write)
}

/** What can be said when all scenes have been measured. */
async function concludeAll({ effort, write }: Options, rows: readonly Compared[]): Promise<void> {
  const extras = await measureExtras()
  console.log(`idle tick, 10,000 rows in times of 100: ${formatNumber(extras.idleRatio)}`)
  console.log(`heap of 100 retained versions of sparse above one: ${formatNumber(extras.retainedHeapMb)} MB`)
  sayUnreached(requirementsOf(rows, extras))
  if (!write) return
  const charts = drawCharts(rows)
  mkdirSync(new URL('images/', docs), { recursive: true })
  for (const { name, svg } of charts) writeFileSync(new URL(`images/${name}.svg`, docs), svg)
  writeFileSync(page, withOwnSections(writePage(rows, extras, effort, charts), pageBefore()))
}

async function measureViews(effort: ViewEffort, write: boolean): Promise<void> {
  const rows = await compareViews(effort)
  console.log(`\n${viewsTable(rows)}\n`)
  sayUnreached(viewRequirementsOf(rows))
  if (write) writeFileSync(page, withSection(pageBefore(), writeViewsSection(rows, effort)))
}

function sayUnreached(requirements: readonly Requirement[]): void {
  for (const { measure: name, figure, must } of unreached(requirements)) {
    console.log(`not reached: ${name}: ${formatNumber(figure ?? Number.NaN)}, must be ${must} at most`)
  }
}

function pageBefore(): string {
  return existsSync(page) ? readFileSync(page, 'utf8') : ''
}

function measurementOf({ ratios: _, ...measurement }: Compared): Measurement {
  return measurement
}
