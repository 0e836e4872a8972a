// `npm run bench:journal`: what a journal costs, and how fast rooms and recordings are found again.
import { readFileSync, writeFileSync } from 'node:fs'
import { verdictOf } from '../against.js'
import { loadNow } from '../report/machine.js'
import { withSection } from '../report/page-sections.js'
import { compareCost } from './compare-cost.js'
import { journalHelp, parseJournalOptions } from './journal-options.js'
import { writeJournalSection } from './journal-section.js'
import { measureRecording } from './measure-recording.js'
import { measureRecovery } from './measure-recovery.js'

const page = new URL('../../../../docs/internals/benchmarks.md', import.meta.url)

/** A ratio up to this counts as reached. */
const most = 1.05

try {
  const { help, write, cost, recoveries, minutes } = parseJournalOptions(process.argv.slice(2))
  if (help) console.log(journalHelp)
  else {
    const load = loadNow()
    const figures = await compareCost(cost, (ratio) => console.log(`a pair: ${ratio.toFixed(3)}`))
    console.log(verdictOf('arena', figures.ratios, most))
    const recovery = await measureRecovery(recoveries)
    console.log(recovery)
    const recordings = [await measureRecording('people', minutes), await measureRecording('bots', minutes)]
    console.log(recordings)
    if (write) {
      const section = writeJournalSection({ cost: figures, recovery, recordings }, cost, load)
      writeFileSync(page, withSection(readFileSync(page, 'utf8'), section))
    }
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
