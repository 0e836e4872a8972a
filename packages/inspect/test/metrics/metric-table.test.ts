import { readFileSync } from 'node:fs'
import { counterMeanings } from '@tygase/protocol/internal'
import { expect, it } from 'vitest'
import { metricRows, tickLateMetric } from '../../src/metrics/metric-table.js'

const guide = readFileSync(new URL('../../../../docs/guides/metrics.md', import.meta.url), 'utf8')

it('the names of metrics are unique, say their unit, and end with _total if they only grow', () => {
  const names = metricRows.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { name, kind, unit } of metricRows) {
    expect(name.endsWith('_total'), name).toBe(kind === 'counter')
    expect(/_seconds/.test(name), name).toBe(unit === 's')
    expect(/_bytes/.test(name), name).toBe(unit === 'By')
  }
})

it('each metric has its help, and a row in the guide, and the guide has no others', () => {
  const names = new Set([...metricRows.map(({ name }) => name), tickLateMetric.name])
  for (const { name, help } of metricRows) expect(help, name).toMatch(/\.$/)
  const told = new Set((guide.match(/`tygase_\w+`/g) ?? []).map((name) => name.slice(1, -1)))
  expect([...told].sort()).toEqual([...names].sort())
  const inAlarms = guide.match(/\btygase_\w+/g) ?? []
  expect(inAlarms.filter((name) => !names.has(name.replace(/_bucket$/, '')))).toEqual([])
})

it('each counter of the server is the value of one metric', () => {
  const numbers = Object.fromEntries(Object.keys(counterMeanings).map((name, place) => [name, 1_000_000 + place]))
  const source = {
    now: {
      counts: numbers,
      ticks: {},
      refusals: {},
      sessions: {},
      rooms: { byKind: {} },
      deliveries: {},
      queues: {},
      journal: {},
      loopDelayMs: {},
      memory: {},
    },
    phaseSeconds: {},
  }
  // reason: the rows of counters read nothing else
  const values = metricRows.flatMap((row) => row.values(source as never)).map(({ value }) => value)
  for (const [name, number] of Object.entries(numbers)) {
    expect(values.filter((value) => value === number).length, name).toBe(1)
  }
})
