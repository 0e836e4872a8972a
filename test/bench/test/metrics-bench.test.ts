import { expect, it } from 'vitest'
import { measureScrape } from '../src/metrics/measure-scrape.js'
import { parseMetricsOptions } from '../src/metrics/metrics-options.js'

it('the benchmark of metrics has 200 rooms, and scrapes 10,000, where nothing is said', () => {
  const { cost, scraped, help } = parseMetricsOptions([])
  expect([cost.rooms, cost.players, cost.processes * cost.pairs, scraped, help]).toEqual([200, 400, 18, 10_000, false])
})

it('the options of the benchmark of metrics are refused with a sentence', () => {
  expect(() => parseMetricsOptions(['--rooms', '501'])).toThrow('--rooms takes whole numbers from 1 to 500, not "501".')
  expect(() => parseMetricsOptions(['--scraped', '0'])).toThrow(
    '--scraped takes whole numbers from 1 to 100000, not "0".',
  )
})

it('an answer to Prometheus does not grow with the number of rooms', async () => {
  const few = await measureScrape(1)
  const many = await measureScrape(50)
  expect(Math.abs(many.bytes - few.bytes)).toBeLessThan(500)
})
