// `npm run bench`: lets every system play every scene and says what it took.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { measureAllBytes } from './bytes-record.js'
import { measureExtras } from './measure-extras.js'
import { type Compared, type Measurement, measureScene } from './measure-scene.js'
import { help, type Options, parseOptions } from './options.js'
import { drawCharts } from './report/charts.js'
import { figuresForTerminal } from './report/figures-table.js'
import { formatNumber } from './report/format.js'
import { writePage } from './report/page.js'
import { networkSectionOf, withNetworkSection } from './report/page-sections.js'
import { requirementsOf, unreached } from './report/requirements.js'
import { scenes } from './scenes/scenes.js'

const docs = new URL('../../../docs/', import.meta.url)
const recordFile = new URL('../recorded-bytes.json', import.meta.url)

try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) console.log(help)
  else if (options.record) record()
  else await measure(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function record(): void {
  writeFileSync(recordFile, `${JSON.stringify(measureAllBytes(), undefined, 2)}\n`)
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
}

/** What can be said when all scenes have been measured. */
async function concludeAll({ effort, write }: Options, rows: readonly Compared[]): Promise<void> {
  const extras = await measureExtras()
  console.log(`idle tick, 10,000 rows in times of 100: ${formatNumber(extras.idleRatio)}`)
  console.log(`heap of 100 retained versions of sparse above one: ${formatNumber(extras.retainedHeapMb)} MB`)
  for (const { measure: name, figure, must } of unreached(requirementsOf(rows, extras))) {
    console.log(`not reached: ${name}: ${formatNumber(figure ?? Number.NaN)}, must be ${must} at most`)
  }
  if (!write) return
  const charts = drawCharts(rows)
  mkdirSync(new URL('images/', docs), { recursive: true })
  for (const { name, svg } of charts) writeFileSync(new URL(`images/${name}.svg`, docs), svg)
  const page = new URL('benchmarks.md', docs)
  const before = existsSync(page) ? readFileSync(page, 'utf8') : ''
  writeFileSync(page, withNetworkSection(writePage(rows, extras, effort, charts), networkSectionOf(before)))
}

function measurementOf({ ratios: _, ...measurement }: Compared): Measurement {
  return measurement
}
