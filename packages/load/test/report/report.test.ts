import { describe, expect, it } from 'vitest'
import { addSlice, newSlice, noteFault, noteTime, type Slice } from '../../src/crew/slice.js'
import { LoadRun, type LoadSecond } from '../../src/load-run.js'
import { type LoadReport, reportOf } from '../../src/report/load-report.js'
import { reportSvg, stepOf } from '../../src/report/report-svg.js'
import { progressLine, reportText } from '../../src/report/report-text.js'

const settings = {
  address: 'ws://localhost:8080/',
  room: undefined,
  play: 'play.js',
  clients: 4,
  seconds: 3,
  ramp: 4,
  seed: 1,
}
const machine = { processors: 2, model: 'Test CPU', node: '20.19.0', platform: 'linux', load: [0.1, 0.5] } as const

/** A run of one second of joins and three of play, without clock or crew. */
function finished(change: (slice: Slice, atSeconds: number) => void = () => {}): LoadRun {
  const run = new LoadRun({
    ...settings,
    maxThreads: 1,
    clock: { now: () => 0, schedule: () => () => {} },
    startCrew: () => Promise.reject(new Error('not in this test')),
    onSecond() {},
  })
  for (let atSeconds = 1; atSeconds <= 4; atSeconds++) {
    const slice = newSlice()
    const isSteady = atSeconds > 1
    Object.assign(slice, { connected: 4, tickRate: 20, versions: 80, ticks: 80, ticksInMs: 4000, utilization: 0.2 })
    Object.assign(slice, { bytesIn: 8000, bytesOut: 400 })
    if (!isSteady) {
      slice.tried = 4
      for (const ms of [10, 20, 30, 40]) noteTime(slice.joins, ms)
    } else {
      for (const ms of [1, 2, 3, 4]) noteTime(slice.lateness, ms * atSeconds)
      for (const ms of [50, 60]) noteTime(slice.acks, ms)
    }
    noteTime(slice.lag, 1)
    change(slice, atSeconds)
    const second: LoadSecond = { atSeconds, slice, isSteady }
    run.seconds.push(second)
    addSlice(run.whole, slice, false)
    if (isSteady) addSlice(run.steady, slice, false)
  }
  return run
}

const report = (change?: (slice: Slice, atSeconds: number) => void, end: LoadReport['end'] = 'complete'): LoadReport =>
  reportOf(finished(change), end, settings, machine)

describe('a report', () => {
  it('has figures for each player and second after the ramp', () => {
    const { joins, game, generator, faults, losses } = report()
    expect(joins).toMatchObject({ tried: 4, joined: 4, perSecond: 4, failed: [] })
    expect([joins.ms!.count, Math.round(joins.ms!.max)]).toEqual([4, 40])
    expect(game).toMatchObject({
      seconds: 3,
      clients: 4,
      tickRate: 20,
      ticksPerSecond: 20,
      versionsPerSecond: 20,
      acksPerSecond: 2,
      bytesInPerSecond: 2000,
      bytesOutPerSecond: 100,
      roundTripMs: null,
    })
    expect(game.latenessMs!.max).toBeCloseTo(16, 0)
    expect(game.ackMs!.p50).toBeCloseTo(50, 0)
    expect(generator).toMatchObject({ utilization: 0.2, limit: null })
    expect([faults, losses]).toEqual([[], []])
  })

  it('is plain JSON, without figures where nothing was measured', () => {
    const empty = report((slice) => void Object.assign(slice, newSlice()))
    expect(JSON.parse(JSON.stringify(empty))).toEqual(empty)
    expect(empty.game).toMatchObject({ latenessMs: null, ticksPerSecond: null, bytesInPerSecond: null, tickRate: null })
    expect(reportText(empty)).toContain('tick lateness   –')
  })

  it('says that a game stood still, which has no lateness', () => {
    const still = report((slice, atSeconds) => {
      if (atSeconds > 1) Object.assign(slice, { ...newSlice(), connected: 4, tickRate: 20 })
    })
    expect(reportText(still)).toContain('tick lateness   – (the state did not change)')
  })

  it.each([
    [
      'late timers',
      (slice: Slice) => noteTime(slice.lag, 13),
      /^its own timers were 13\.\d ms late in 1 of 100 cases$/,
    ],
    [
      'a thread without a pause',
      (slice: Slice) => void Object.assign(slice, { utilization: 0.97 }),
      /^its busiest thread had work for 97 % of the time$/,
    ],
  ])('says that the load generator was the limit: %s', (_, change, limit) => {
    const { generator } = report(change)
    expect(generator.limit).toMatch(limit)
    const text = reportText(report(change))
    expect(text).toContain(`The load generator was the limit, not the server: ${generator.limit}.`)
  })

  it('counts faults by code, the most frequent first, with what to do', () => {
    const found = report((slice, atSeconds) => {
      if (atSeconds === 1) noteFault(slice.failedJoins, 'too_many_sessions', 'too many sessions from one address', 7)
      noteFault(slice.faults, 'too_soon', 'fire: wait')
      if (atSeconds > 2) noteFault(slice.faults, 'dead', 'fire: you are dead', 9)
    })
    expect(found.faults.map(({ code, count }) => [code, count])).toEqual([
      ['dead', 18],
      ['too_soon', 4],
    ])
    const text = reportText(found)
    expect(text).toContain('7 × too_many_sessions: too many sessions from one address')
    expect(text).toContain(
      '→ the server allows about 4 clients per address: give it maxSessionsPerAddress and maxHandshakesPerAddress for the test',
    )
  })

  it.each([
    ['complete', 'ws://localhost:8080/: 4 clients, 3 s after the ramp\n'],
    ['interrupted', 'ws://localhost:8080/: interrupted; 4 clients, 3 s after the ramp of 3 s\n'],
    ['server_lost', 'ws://localhost:8080/: the server was lost; 4 clients, 3 s after the ramp of 3 s\n'],
    ['none_joined', 'ws://localhost:8080/: no player could join\n'],
  ] as const)('of a run that was %s says so', (end, head) => {
    expect(reportText(report(undefined, end)).startsWith(head)).toBe(true)
  })
})

describe('the progress line', () => {
  it('counts joins first, then players', () => {
    const run = finished((slice, atSeconds) => void (atSeconds === 3 && noteFault(slice.faults, 'x', 'y')))
    const [joining, , playing] = run.seconds
    expect(progressLine(joining!, run, 4)).toMatch(
      /^1 s · joining 4\/4 · late p99 – · acks p99 – · 1\.95 KiB\/s each · 1 fault$/,
    )
    expect(progressLine(playing!, run, 4)).toMatch(
      /^3 s · 4 players · late p99 12 ms · acks p99 60\S* ms · 1\.95 KiB\/s each · 1 fault$/,
    )
  })
})

describe('the picture', () => {
  it('is well-formed, with a line for each figure, and shows no markup of an address', () => {
    const svg = reportSvg({ ...report(), settings: { ...settings, address: 'ws://localhost/<b>&' } })
    expect(svg).toContain('ws://localhost/&lt;b&gt;&amp;')
    expect(svg.match(/<path /g)).toHaveLength(8)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    const opened = svg.match(/<(?:svg|text)\b/g)!.length
    expect(svg.match(/<\/(?:svg|text)>/g)).toHaveLength(opened)
  })

  it('of a run without a second is an empty one', () => {
    const svg = reportSvg({ ...report(), seconds: [] })
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })

  it.each([
    [0, 1],
    [0.03, 0.05],
    [1, 1],
    [1.1, 2],
    [2.1, 5],
    [7, 10],
    [33, 50],
    [1000, 1000],
  ])('has marks at %d in steps of %d', (value, step) => {
    expect(stepOf(value)).toBe(step)
  })
})
