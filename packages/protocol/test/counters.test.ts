import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Counters, counterMeanings } from '../src/internal.js'

describe('counters', () => {
  test('begin with 0 for each name and add up', () => {
    const counters = new Counters()
    expect(Object.keys(counters.snapshot())).toEqual(Object.keys(counterMeanings))
    expect(new Set(Object.values(counters.snapshot()))).toEqual(new Set([0]))
    counters.add('packetsIn')
    counters.add('bytesIn', 20)
    counters.add('bytesIn', 3)
    expect([counters.get('packetsIn'), counters.get('bytesIn'), counters.get('bytesOut')]).toEqual([1, 23, 0])
  })

  test('count for all their parents, and for nothing else', () => {
    const server = new Counters()
    const [room, otherRoom] = [new Counters(server), new Counters(server)]
    const client = new Counters(room)
    client.add('eventsIn', 2)
    otherRoom.add('eventsIn')
    expect([client, room, otherRoom, server].map((counters) => counters.get('eventsIn'))).toEqual([2, 2, 1, 3])
  })

  test('are shown by console.log and in JSON without those that are 0', () => {
    const counters = new Counters()
    counters.add('packetsIn', 3)
    expect(inspect(counters)).toBe('{ packetsIn: 3 }')
    expect(JSON.stringify({ counters })).toBe('{"counters":{"packetsIn":3}}')
  })

  test('give a snapshot that does not change', () => {
    const counters = new Counters()
    const before = counters.snapshot()
    counters.add('blocked')
    expect([before.blocked, counters.snapshot().blocked]).toEqual([0, 1])
  })
})
