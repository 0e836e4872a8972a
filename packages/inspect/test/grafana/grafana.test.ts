import { readFileSync } from 'node:fs'
import { createHttp } from '@tygase/http'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { metricRows, tickLateMetric } from '../../src/metrics/metric-table.js'
import { createPrometheus } from '../../src/prometheus/index.js'
import { readExposition } from '../support/read-exposition.js'
import { playScript, scriptedRun } from '../support/scripted-run.js'

interface Panel {
  readonly id: number
  readonly title: string
  readonly description: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string; readonly refId: string }[]
}

interface Dashboard {
  readonly uid: string
  readonly schemaVersion: number
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
}

const dashboard: Dashboard = JSON.parse(readFileSync(new URL('../../grafana/tygase.json', import.meta.url), 'utf8'))
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
const namesIn = (expression: string): string[] => expression.match(/\btygase_\w+/g) ?? []

it('the dashboard of Grafana asks for nothing but names and labels that /metrics has [M34]', async () => {
  const run = await scriptedRun()
  await playScript(run)
  const { metrics, simulation } = run
  const http = createHttp({ routes: createPrometheus(metrics, { registry: new Registry() }).routes, logger: false })
  const answer = await http.request(
    new Request('http://localhost/metrics', { headers: { host: 'localhost' } }),
    '127.0.0.1',
  )
  const { samples } = readExposition(await answer.text())
  await simulation.end()
  const labels = new Map<string, Set<string>>()
  for (const sample of samples) {
    const known = labels.get(sample.name) ?? new Set()
    labels.set(sample.name, known)
    for (const label of Object.keys(sample.labels)) known.add(label)
  }
  const asked = [...expressions, ...dashboard.templating.list.flatMap(({ definition = '' }) => definition)]
  expect(asked.flatMap(namesIn).filter((name) => !labels.has(name))).toEqual([])
  // a sum by a label that does not exist shows nothing
  const grouped = expressions.flatMap((expression) =>
    [...expression.matchAll(/by \((\w+)\) \((?:rate\()?(\w+)/g)].map(([, label, name]) => ({ label, name })),
  )
  expect(grouped.length).toBeGreaterThan(8)
  expect(grouped.filter(({ label, name }) => !labels.get(name!)?.has(label!))).toEqual([])
})

it('the dashboard of Grafana shows each metric', () => {
  const shown = new Set(expressions.flatMap(namesIn))
  // these are for people who look for the cause of something
  const left = ['tygase_rewinds_cut_total', 'tygase_read_pauses_total', 'tygase_refused_transports_total']
  expect(metricRows.map(({ name }) => name).filter((name) => !shown.has(name) && !left.includes(name))).toEqual([])
  expect(shown).toContain(`${tickLateMetric.name}_bucket`)
})

it('the dashboard of Grafana is one that loads: ids are unique, panels do not overlap, brackets are closed', () => {
  const { panels, schemaVersion, uid } = dashboard
  expect([schemaVersion, uid]).toEqual([39, 'tygase'])
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)}:${y + Math.floor(i / w)}`),
  )
  expect(new Set(cells).size).toBe(cells.length)
  expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
  for (const { title, description, targets } of panels) {
    expect(description, title).toMatch(/\.$/)
    expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
  }
  for (const expression of expressions) {
    let depth = 0
    for (const sign of expression) {
      depth += '([{'.includes(sign) ? 1 : ')]}'.includes(sign) ? -1 : 0
      expect(depth, expression).toBeGreaterThanOrEqual(0)
    }
    expect(depth, expression).toBe(0)
  }
})
