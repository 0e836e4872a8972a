// `npm run bench:peers`: what others do where we promise that nothing gets lost. With `-- --write` it writes its sections of docs/internals/reliability.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { withSection } from '../report/page-sections.js'
import { compareArrays } from './arrays/compare-arrays.js'
import { compareCases } from './peers/compare-cases.js'
import { arraysSection, casesSection } from './report.js'

const page = new URL('../../../../docs/internals/reliability.md', import.meta.url)
const runs = 300

// what the peer's decoder has to say of each array that goes wrong is not of interest
const { log, warn, error } = console
Object.assign(console, { log() {}, warn() {}, error() {} })
const arrays = compareArrays(runs)
Object.assign(console, { log, warn, error })
console.log(arraysSection(arrays))
const cases = await compareCases(({ system, name, outcome }) => console.log(`${name}, ${system}: ${outcome}`))
if (process.argv.includes('--write')) {
  const before = existsSync(page) ? readFileSync(page, 'utf8') : '# Reliability\n'
  writeFileSync(page, withSection(withSection(before, arraysSection(arrays)), casesSection(cases)))
}
