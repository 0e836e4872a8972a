import type { ClientSession, IncomingEvent, ServerSession } from '@tygase/protocol/internal'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytesOf } from '../support/hex.js'
import { Pair, unreliable } from '../support/pair.js'
import type { Ear } from '../support/play.js'

let pair: Pair
let client: ClientSession
let server: ServerSession
let serverEar: Ear
/** What the client was told: sequences with ticks. */
let told: [number, number][]
/** How early the server finds events, by sequence; undefined: not at all. */
let early: (sequence: number) => number | undefined

const empty = new Uint8Array(0)

beforeEach(() => {
  pair = new Pair()
  ;({ client, server, serverEar } = pair)
  told = []
  early = (sequence) => sequence / 8
  Object.assign(pair.clientEar, {
    onArrival: (sequence: number, eighths: number) => told.push([sequence, eighths / 8]),
  })
  serverEar.answer = ({ sequence, tick }: IncomingEvent) => {
    const ticks = early(sequence)
    if (tick !== undefined && ticks !== undefined) server.arrived(sequence, ticks)
    return { kind: 'done' }
  }
})

function send(tick?: number, now = 1): void {
  client.send('move', empty, { retries: 9, ...(tick !== undefined && { tick }) }, now)
}

describe('how early events have come', () => {
  it('reaches the client with their acks, for those that are meant for a tick', () => {
    pair.connect()
    for (const tick of [7, undefined, 9]) send(tick)
    pair.exchange(2)
    send(10)
    pair.exchange(3)
    expect(told).toEqual([
      [1, 1 / 8],
      [3, 3 / 8],
      [4, 4 / 8],
    ])
  })

  it('takes three bytes for each event', () => {
    pair.connect()
    send(7)
    pair.exchange(2)
    send(8)
    early = () => -7.9
    server.receive(client.flush(3)!, 3)
    expect(server.flush(3)).toStrictEqual(bytesOf('18 00 01 0b 00 7d'))
  })

  it('is known before the callbacks of the ack, once over a reliable transport', () => {
    pair.connect()
    const calls: string[] = []
    Object.assign(pair.clientEar, { onArrival: () => calls.push('arrival') })
    client.send('move', empty, { tick: 3, onAck: () => calls.push('ack') }, 1)
    pair.exchange(2)
    send()
    pair.exchange(3)
    expect(calls).toEqual(['arrival', 'ack'])
  })

  it('is below 0 for every event that was late, and not for one that was just in time', () => {
    pair.connect()
    const found = [-Number.EPSILON, -0.05, 0, 0.05, Number.NaN]
    early = (sequence) => found[sequence - 1]
    for (const tick of [1, 2, 3, 4, 5]) send(tick)
    pair.exchange(2)
    expect(told.map(([, ticks]) => ticks)).toEqual([-1 / 8, -1 / 8, 0, 0, 0])
  })

  it('is bounded, whatever tick a client means', () => {
    pair.connect()
    early = (sequence) => (sequence === 1 ? 2 ** 53 : -(2 ** 53))
    send(2 ** 53 - 1)
    send(0)
    pair.exchange(2)
    expect(told).toEqual([
      [1, 125_000],
      [2, -125_000],
    ])
  })

  it('is kept for the last 16 events that wait for an ack', () => {
    pair.connect()
    serverEar.answer = ({ sequence }) => {
      server.arrived(sequence, 1)
      return undefined
    }
    for (let count = 0; count < 30; count++) send(5)
    pair.exchange(2)
    expect(told).toEqual([])
    server.reply(30, { kind: 'done' })
    pair.exchange(3)
    expect(told.map(([sequence]) => sequence)).toEqual(Array.from({ length: 16 }, (_, index) => 15 + index))
  })

  it('comes again with each ack over a transport that may lose packets, until the client knows all before', () => {
    pair.connect(0, unreliable)
    send(7)
    server.receive(client.flush(2)!, 2)
    // the packet gets lost
    expect(server.flush(3)).toBeDefined()
    send(8, 4)
    server.receive(client.flush(4)!, 4)
    client.receive(server.flush(5)!, 5)
    expect(told).toEqual([
      [1, 1 / 8],
      [2, 2 / 8],
    ])
    // a FLOOR goes along with a TIME
    send(undefined, 2000)
    pair.exchange(2000)
    send(9, 4000)
    pair.exchange(4000)
    expect(told.filter(([sequence]) => sequence === 1).length).toBeLessThanOrEqual(2)
    expect(told.at(-1)).toEqual([4, 4 / 8])
  })

  it('may be sent of events that do not exist', () => {
    pair.connect()
    send(1)
    client.flush(1)
    for (const packet of ['0b 00 08', '18 02 01 0b 01 00 0b ff 7f 01']) client.receive(bytesOf(packet), 2)
    expect(told).toEqual([
      [-1, 4 / 8],
      [0, 0],
      [-16_382, -1 / 8],
    ])
    expect(client.status).toBe('connected')
  })
})
