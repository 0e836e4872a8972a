import { encodeDelta } from '@tygase/gamestate'
import { registerReader } from '@tygase/gamestate/internal'
import { readArrayChange } from '@tygase/gamestate/internal/arrays'
import { expect, test } from 'vitest'
import { Replica } from '../src/replica.js'
import { LogBook } from './support/stage.js'

// a connection loads it when an array changes
registerReader('arrays', readArrayChange)

interface State {
  value: number
}

const snapshot = (value: number): Uint8Array => encodeDelta<State>(undefined, { value })
const delta = (from: number, to: number): Uint8Array => encodeDelta<State>({ value: from }, { value: to })

function replicaAt(version: number, maxVersions = 4): Replica<State> {
  const replica = new Replica<State>(maxVersions, 1e9, new LogBook())
  expect(replica.take(version, undefined, snapshot(version), 0, true)).toBe('applied')
  return replica
}

test('there is no store before the first snapshot, and a delta asks for one', () => {
  const replica = new Replica<State>(4, 1e9, new LogBook())
  expect(replica.store).toBeUndefined()
  expect(replica.take(2, 1, delta(1, 2), 0, true)).toBe('needs_snapshot')
  expect(replica.take(5, undefined, snapshot(5), 7, true)).toBe('applied')
  expect(replica.store?.version).toBe(5)
  expect(replica.store?.timeOf(5)).toBe(7)
})

test('the first snapshot may be version 0', () => {
  expect(replicaAt(0).store?.state).toEqual({ value: 0 })
})

test('deltas lead on from any version that is kept', () => {
  const replica = replicaAt(1)
  expect(replica.take(2, 1, delta(1, 2), 0, false)).toBe('applied')
  expect(replica.take(3, 1, delta(1, 3), 0, false)).toBe('applied')
  expect(replica.store?.state).toEqual({ value: 3 })
  expect(replica.store?.at(2)).toEqual({ value: 2 })
})

test('a delta from a version that is no longer kept asks for a snapshot', () => {
  const replica = replicaAt(1, 2)
  replica.take(2, 1, delta(1, 2), 0, true)
  replica.take(3, 2, delta(2, 3), 0, true)
  expect(replica.take(4, 1, delta(1, 4), 0, true)).toBe('needs_snapshot')
  expect(replica.store?.version).toBe(3)
})

test('a version that is not newer is ignored, except a snapshot of a server that sends in order', () => {
  const replica = replicaAt(5)
  expect(replica.take(5, undefined, snapshot(5), 0, false)).toBe('ignored')
  expect(replica.take(4, undefined, snapshot(4), 0, false)).toBe('ignored')
  expect(replica.take(5, 4, delta(4, 5), 0, true)).toBe('ignored')
  expect(replica.store?.state).toEqual({ value: 5 })
  expect(replica.take(2, undefined, snapshot(2), 0, true)).toBe('applied')
  expect(replica.store?.version).toBe(2)
})

test('a newer snapshot leaves the older versions where they are', () => {
  const replica = replicaAt(1)
  replica.take(9, undefined, snapshot(9), 0, true)
  expect(replica.store?.versions()).toEqual([1, 9])
})

test('bytes that are no delta are logged and change nothing', () => {
  const log = new LogBook()
  const replica = new Replica<State>(4, 1e9, log)
  replica.take(1, undefined, snapshot(1), 0, true)
  expect(replica.take(2, 1, Uint8Array.of(255, 255, 255), 0, true)).toBe('unreadable')
  expect(replica.store?.version).toBe(1)
  expect(log.warnings).toEqual(['a state message cannot be read'])
})

test('versions that begin anew have a store of their own, and are drawn from their beginning', () => {
  const replica = replicaAt(10)
  replica.setPace(20, 1)
  replica.take(11, 10, delta(10, 11), 50, true)
  const { store } = replica
  replica.take(3, undefined, snapshot(30), 100, true)
  expect(replica.store).not.toBe(store)
  expect(replica.store?.versions()).toEqual([3])
  expect(replica.between(100, 50)).toEqual({ from: { value: 30 }, to: { value: 30 }, alpha: 1 })
})

test('the place between two versions follows the pace that is set first', () => {
  const replica = new Replica<State>(4, 1e9, new LogBook())
  replica.setPace(20, 1)
  replica.setPace(1, 1)
  replica.take(10, undefined, snapshot(10), 0, true)
  replica.take(11, 10, delta(10, 11), 50, true)
  expect(replica.between(75, 50)).toEqual({ from: { value: 10 }, to: { value: 11 }, alpha: 0.5 })
})

test('notify calls the subscribers with the newest version', () => {
  const replica = replicaAt(7)
  const seen: number[] = []
  replica.subscriptions.add(({ value }) => seen.push(value))
  replica.notify()
  expect(seen).toEqual([7])
})

test('on a transport that may lose packets, a version that may still be a base is kept beyond the window', () => {
  const replica = new Replica<State>(2, 1e9, new LogBook())
  replica.take(1, undefined, snapshot(1), 0, false)
  for (let version = 2; version <= 6; version++) replica.take(version, 1, delta(1, version), 0, false)
  expect(replica.store?.versions()).toEqual([1, 2, 3, 4, 5, 6])
  expect(replica.take(7, 4, delta(4, 7), 0, false)).toBe('applied')
  expect(replica.store?.versions()).toEqual([4, 5, 6, 7])
  expect(replica.store?.state).toEqual({ value: 7 })
})

const listSnapshot = (length: number): Uint8Array => encodeDelta<object>(undefined, { list: Array(length).fill(0) })

test('a state above the limit of memory is refused, however few bytes it came in', () => {
  const log = new LogBook()
  const replica = new Replica<object>(16, 10_000 * 8, log)
  expect(replica.take(1, undefined, listSnapshot(20_000), 0, true)).toBe('too_large')
  expect(replica.store).toBeUndefined()
  expect(replica.take(2, undefined, listSnapshot(9_000), 0, true)).toBe('applied')
})

test('versions that together take more than the limit of memory go, the oldest first', () => {
  const replica = new Replica<object>(16, 10_000 * 8, new LogBook())
  expect(replica.take(1, undefined, listSnapshot(2000), 0, true)).toBe('applied')
  // each changes one element of the list, so that the whole list is a new one: 4 bytes for 2,000 elements
  const oneElement = Uint8Array.of(0x28, 0xf0, 0x41)
  for (let version = 2; version < 40; version++) {
    expect(replica.take(version, version - 1, oneElement, 0, true)).toBe('applied')
    expect(replica.store!.versionCount).toBeLessThanOrEqual(5)
  }
  expect(replica.store!.versionCount).toBeGreaterThan(1)
})

test('small changes for a long time do not count as growth', () => {
  const replica = new Replica<State>(4, 4000, new LogBook())
  expect(replica.take(1, undefined, snapshot(0), 0, true)).toBe('applied')
  for (let version = 2; version < 1000; version++) {
    expect(replica.take(version, version - 1, delta(version - 2, version - 1), 0, true)).toBe('applied')
  }
  expect(replica.store!.versionCount).toBe(4)
})
