import { createTransportPair, type Transport } from '@tygase/protocol'
import { links } from '@tygase/testkit'
import { VirtualClock } from '@tygase/testkit/internal'
import { beforeEach, describe, expect, test } from 'vitest'
import { type LinkOptions, type LinkSimulation, simulateLink } from '../src/link/simulate-link.js'

const invalid = expect.objectContaining({ code: 'invalid_argument' })

let clock: VirtualClock
/** The real transports: the client's end, and that of the server. */
let pairs: [Transport, Transport][]
/** First bytes of the packets that the server has, and times in ms. */
let arrived: [first: number, atMs: number][]

beforeEach(() => {
  clock = new VirtualClock()
  pairs = []
  arrived = []
})

function open(link: LinkSimulation, reliable = true, signal = new AbortController().signal): Promise<Transport> {
  const source = {
    path: '/',
    url: undefined,
    open: () => {
      const pair = createTransportPair((deliver) => deliver())
      if (!reliable) for (const end of pair) Object.defineProperty(end, 'reliable', { value: false })
      pair[1].onBytes = ([first]) => void arrived.push([first!, clock.now()])
      pairs.push(pair)
      return pair[0]
    },
  }
  return Promise.resolve(link.over(source, clock).open(signal))
}

/** Sends numbered packets, 1 ms apart. */
async function sendMany(options: LinkOptions, count: number, reliable: boolean) {
  const link = simulateLink(options)
  const transport = await open(link, reliable)
  for (let packet = 0; packet < count; packet++) {
    transport.send(Uint8Array.of(packet))
    clock.advance(1)
  }
  clock.advance(60_000)
  return link
}

describe('a simulated link of a connection', () => {
  test('delays packets both ways by latency and jitter', async () => {
    const transport = await open(simulateLink({ latencyMs: 40, jitterMs: 20 }), false)
    const back: number[] = []
    transport.onBytes = () => void back.push(clock.now())
    for (let packet = 0; packet < 20; packet++) {
      transport.send(Uint8Array.of(packet))
      pairs[0]![1].send(Uint8Array.of(packet))
    }
    clock.advance(100)
    expect(arrived).toHaveLength(20)
    expect(back).toHaveLength(20)
    for (const atMs of [...arrived.map(([, at]) => at), ...back]) {
      expect(atMs).toBeGreaterThanOrEqual(40)
      expect(atMs).toBeLessThanOrEqual(60)
    }
  })

  test('over a reliable transport loses nothing and keeps the order: a loss is a delay', async () => {
    const link = await sendMany({ latencyMs: 30, jitterMs: 20, loss: 0.2, reorder: 0.2, duplicate: 0.2 }, 100, true)
    expect(arrived.map(([packet]) => packet)).toEqual(Array.from({ length: 100 }, (_, packet) => packet))
    expect(link.stats).toMatchObject({ sent: 100, delivered: 100, lost: 0 })
    expect(Math.max(...arrived.map(([packet, atMs]) => atMs - packet))).toBeGreaterThan(230)
  })

  test('over datagrams loses, doubles and reorders packets', async () => {
    const { stats } = await sendMany({ latencyMs: 30, loss: 0.2, reorder: 0.2, duplicate: 0.2 }, 100, false)
    for (const count of [stats.lost, stats.duplicated, stats.reordered]) expect(count).toBeGreaterThan(5)
    expect(arrived).toHaveLength(100 - stats.lost + stats.duplicated)
  })

  test('has the same fates for the same seed', async () => {
    const conditions = { latencyMs: 30, jitterMs: 30, loss: 0.3 }
    const runs: unknown[] = []
    for (const seed of [3, 3, 4]) {
      arrived = []
      clock = new VirtualClock()
      await sendMany({ ...conditions, seed }, 50, false)
      runs.push(arrived)
    }
    expect(runs[0]).toEqual(runs[1])
    expect(runs[0]).not.toEqual(runs[2])
  })

  test('changes while it runs, and takes a condition of undefined back to its default', async () => {
    const link = simulateLink({ latencyMs: 100 })
    const transport = await open(link)
    link.change({ latencyMs: 10, loss: 0.5 })
    link.change({ loss: undefined })
    expect(link.conditions).toMatchObject({ latencyMs: 10, loss: 0 })
    transport.send(Uint8Array.of(1))
    clock.advance(50)
    expect(arrived).toEqual([[1, 10]])
  })

  test('passes packets in the same call while it has no conditions, behind those that are on their way', async () => {
    const link = simulateLink({ latencyMs: 10 })
    const transport = await open(link)
    transport.send(Uint8Array.of(1))
    link.change({ latencyMs: 0 })
    transport.send(Uint8Array.of(2))
    expect(arrived).toEqual([])
    clock.advance(10)
    transport.send(Uint8Array.of(3))
    expect(arrived.map(([packet]) => packet)).toEqual([1, 2, 3])
    link.cut({ silent: true })
    transport.send(Uint8Array.of(4))
    link.heal()
    clock.advance(1)
    expect(arrived.map(([packet]) => packet)).toEqual([1, 2, 3, 4])
    expect(link.stats).toMatchObject({ sent: 4, delivered: 4 })
  })

  test('is as wide as its bandwidth, and shows what waits as buffered', async () => {
    const transport = await open(simulateLink({ bandwidthBytesPerSecond: 1000 }))
    transport.send(new Uint8Array(100))
    transport.send(new Uint8Array(100))
    expect(transport.bufferedBytes).toBe(200)
    clock.advance(150)
    expect(arrived.map(([, atMs]) => atMs)).toEqual([100])
    expect(transport.bufferedBytes).toBe(100)
  })

  test('brings a close behind the bytes that were sent before', async () => {
    const transport = await open(simulateLink({ latencyMs: 20 }))
    const seen: unknown[] = []
    transport.onBytes = (bytes) => void seen.push(bytes[0])
    transport.onClose = (code) => void seen.push(code)
    pairs[0]![1].send(Uint8Array.of(7))
    pairs[0]![1].close(4321, 'done')
    expect(seen).toEqual([])
    clock.advance(20)
    expect(seen).toEqual([7, 4321])
  })
})

describe('a cut', () => {
  test('closes both ends, and nothing can be opened until it heals', async () => {
    const link = simulateLink()
    const transport = await open(link)
    let closed = 0
    let seen = 0
    transport.onClose = () => void closed++
    pairs[0]![1].onClose = () => void seen++
    link.cut()
    expect([link.isCut, closed, seen]).toEqual([true, 1, 1])
    await expect(open(link)).rejects.toThrow('the simulated link is cut')
    link.heal()
    expect(link.isCut).toBe(false)
    expect(await open(link)).toBeDefined()
  })

  test.each([
    [
      true,
      [
        [1, 0],
        [2, 500],
      ],
    ],
    [false, [[1, 0]]],
  ])(
    'that is silent stops packets without a close; a reliable transport (%j) keeps them',
    async (reliable, expected) => {
      const link = simulateLink()
      const transport = await open(link, reliable)
      transport.onClose = () => expect.unreachable('nobody notices it')
      transport.send(Uint8Array.of(1))
      clock.advance(0)
      link.cut({ silent: true })
      transport.send(Uint8Array.of(2))
      clock.advance(500)
      link.heal()
      expect(arrived).toEqual(expected)
    },
  )

  test('that is silent lets an attempt to open wait, until it heals or is given up', async () => {
    const link = simulateLink()
    link.cut({ silent: true })
    const gone = new AbortController()
    const given = open(link, true, gone.signal)
    gone.abort()
    await expect(given).rejects.toThrow('given up')
    const waiting = open(link)
    expect(pairs).toEqual([])
    link.heal()
    await waiting
    expect(pairs).toHaveLength(1)
  })
})

describe('simulateLink', () => {
  test('takes the networks of the test kit, also for a change', () => {
    const { reliable: _, ...conditions } = links.mobile
    const link = simulateLink(links.mobile)
    expect(link.conditions).toEqual(conditions)
    link.change(links.lan)
    expect(link.conditions).toEqual({ ...conditions, latencyMs: 0.5, jitterMs: 1, loss: 0, duplicate: 0, reorder: 0 })
  })

  test.each([
    { latencyMs: -1 },
    { loss: 1.5 },
    { jitterMs: Number.NaN },
    { seed: 0.5 },
    { latency: 5 },
    { reliable: 1 },
  ])('throws invalid_argument for %j', (options) => {
    expect(() => simulateLink(options as LinkOptions)).toThrow(invalid)
    expect(() => simulateLink().change(options as LinkOptions)).toThrow(invalid)
  })
})
