// `npm run bench:metrics`: what metrics and the inspector cost while nobody looks and while a page does, and what a scrape takes.
import { verdictOf } from '../against.js'
import { median } from '../median.js'
import { loadNow } from '../report/machine.js'
import { compareSeen } from './compare-seen.js'
import { measureScrape } from './measure-scrape.js'
import { metricsHelp, parseMetricsOptions } from './metrics-options.js'

/** Ratios up to these count as reached: nobody looks, a page does. The median counts. */
const most = 1.01
const mostLooked = 1.05
/** A scrape up to this counts as reached. */
const mostMs = 10

/** A figure that should be at most its bound: a program that runs this sees by the exit code that one is missed. */
function hold(figure: number, bound: number): void {
  if (!(figure <= bound)) process.exitCode = 1
}

try {
  const { help, cost, look, scraped } = parseMetricsOptions(process.argv.slice(2))
  if (help) console.log(metricsHelp)
  else {
    console.log(`load ${loadNow()}`)
    const { rooms, ms, longMs, bytes } = await measureScrape(scraped)
    const verdict = longMs <= mostMs ? 'reached' : ms <= mostMs ? 'not always' : 'missed'
    console.log(
      `a scrape with ${rooms} rooms: ${ms.toFixed(2)} ms, 99 %: ${longMs.toFixed(2)} ms, ${bytes} bytes: ${verdict}`,
    )
    hold(ms, mostMs)
    const { ratios, seen, unseen } = await compareSeen(cost, (ratio) => console.log(`a pair: ${ratio.toFixed(4)}`))
    const shareOf = (windows: typeof seen): string =>
      (median(windows.map(({ cpuMs }) => cpuMs)) / cost.seconds / 10).toFixed(1)
    console.log(`of a core, in the median: ${shareOf(seen)} % with all of it, ${shareOf(unseen)} % without`)
    console.log(verdictOf(`${cost.rooms} small rooms`, ratios, most))
    hold(median(ratios.ratios), most)
    const looked = await compareSeen(look, (ratio) => console.log(`a pair with a look: ${ratio.toFixed(4)}`))
    console.log(verdictOf(`a look at ${look.lookedRows} rows`, looked.ratios, mostLooked))
    hold(median(looked.ratios.ratios), mostLooked)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
