import { createSeededRandom } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { ArrivalLine } from '../../src/scene/arrival-line.js'

const stepMs = 50

/** Versions 1 to `count`, each `lateMs` late. */
function lineOf(count: number, lateMs: (version: number) => number, first = 1): ArrivalLine {
  const line = new ArrivalLine(20, 1)
  for (let version = first; version < first + count; version++) {
    line.arrived(version, version * stepMs + lateMs(version))
  }
  return line
}

test('it knows nothing before the first version', () => {
  const line = new ArrivalLine(20, 1)
  expect([line.originMs, line.placeAt(1000), line.delayMs]).toEqual([undefined, undefined, stepMs])
})

test('the line is that of the quickest arrivals', () => {
  const line = lineOf(100, (version) => (version % 7 === 0 ? 30 : 70))
  expect(line.originMs).toBe(30)
  expect(line.placeAt(5030)).toBe(100)
})

test('the delay is the distance of two versions and what 95 of 100 arrivals are late by', () => {
  const random = createSeededRandom(3)
  const line = lineOf(150, () => 30 + random() * 100)
  expect(line.delayMs).toBeGreaterThan(stepMs + 85)
  expect(line.delayMs).toBeLessThan(stepMs + 100)
})

test('a single late arrival does not count, and the delay is never over 400 ms', () => {
  expect(lineOf(100, (version) => (version === 50 ? 300 : 0)).delayMs).toBe(stepMs)
  expect(lineOf(100, (version) => (version % 2) * 490).delayMs).toBe(400)
})

test('arrivals of more than 10 s ago are forgotten', () => {
  const line = lineOf(400, (version) => (version < 150 ? 0 : 200))
  expect(line.originMs).toBe(200)
  expect(line.delayMs).toBe(stepMs)
})

test('the distance is that of the versions that come, if a server skips some, and at most four of those that it sends', () => {
  const every = (ticks: number): number => {
    const line = new ArrivalLine(20, 1)
    for (let version = 0; version < 300; version += ticks) line.arrived(version, version * stepMs)
    return line.delayMs
  }
  expect([every(1), every(3), every(30)]).toEqual([stepMs, 3 * stepMs, 4 * stepMs])
})

test('an arrival that is over 500 ms late begins a new line: the game was paused', () => {
  const line = lineOf(100, () => 0)
  line.arrived(101, 9000)
  expect(line.placeAt(9000)).toBe(101)
  expect(line.delayMs).toBe(stepMs)
})

test('a burst after a stall finds the old line again', () => {
  const line = lineOf(100, () => 0)
  for (let version = 101; version <= 120; version++) line.arrived(version, 120 * stepMs)
  expect(line.placeAt(120 * stepMs)).toBe(120)
})

test('at a thousand versions a second it keeps 250 times', () => {
  const line = new ArrivalLine(1000, 1)
  let calls = 0
  const sort = Array.prototype.sort
  for (let version = 0; version < 30_000; version++) line.arrived(version, version + (version % 2) * 3)
  Array.prototype.sort = function (this: unknown[], compare) {
    calls = Math.max(calls, this.length)
    return sort.call(this, compare)
  }
  try {
    expect(line.delayMs).toBe(4)
  } finally {
    Array.prototype.sort = sort
  }
  expect(calls).toBeLessThanOrEqual(252)
})

test('so many of the arrivals are no later than it says', () => {
  const line = lineOf(100, (version) => (version % 10 === 0 ? 100 : version % 2))
  expect([line.lateMs(0.5), line.lateMs(1)]).toEqual([1, 100])
})
