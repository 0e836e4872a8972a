import { type ClientSession, readHello, type ServerSession, type SessionLimits } from '@tygase/protocol'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { Pair, unreliable } from '../support/pair.js'
import type { Ear } from '../support/play.js'

const pausable = { reliable: true, pausable: true }

let pair: Pair
let client: ClientSession
let server: ServerSession
let serverEar: Ear

function begin(limits: Partial<SessionLimits>, transport: { reliable: boolean } = pausable): void {
  pair = new Pair({ server: limits })
  ;({ client, server, serverEar } = pair)
  pair.connect(0, transport)
}

/** Sends so many packets at once. */
function send(count: number, now: number): void {
  for (let i = 0; i < count; i++) {
    client.send('move', new Uint8Array(0), {}, now)
    server.receive(client.flush(now)!, now)
  }
}

describe('a session whose client sends faster than it may', () => {
  beforeEach(() => begin({ maxPacketsPerSecond: 5, idleTimeoutMs: 100, keepAliveMs: 40, ackTimeoutMs: 150 }))

  it('names the time from which it may be read again, and lives on', () => {
    send(6, 1)
    expect(server.readableAt).toBe(1 + 200)
    send(1, 201)
    expect(server.readableAt).toBe(201 + 200)
    expect(serverEar.events).toHaveLength(7)
    expect(server.status).toBe('connected')
    expect(server.counters.snapshot()).toMatchObject({ readPauses: 2, packetsDropped: 0 })
  })

  it('does not count as idle while it is not read, and does if it is silent after that', () => {
    send(6, 1)
    for (let now = 1; now <= 201 + 99; now += 10) server.advance(now)
    expect(server.status).toBe('connected')
    server.advance(201 + 100)
    expect(server.status).toBe('suspended')
  })

  it('does not let events fail for acks that were not read', () => {
    begin({ maxPacketsPerSecond: 5, ackTimeoutMs: 150 })
    const failed: string[] = []
    server.send('shout', new Uint8Array(0), { onFail: ({ code }) => failed.push(code) }, 1)
    server.flush(1)
    send(6, 1)
    for (let now = 1; now < 201 + 150; now += 10) server.advance(now)
    expect(failed).toEqual([])
    server.advance(201 + 150)
    expect(failed).toEqual(['event_timeout'])
  })

  it('goes on with the pause on the next transport', () => {
    send(6, 1)
    server.suspend(2)
    client.suspend(2)
    client.attach({ reliable: true }, 3)
    server.attach(pausable, 3, readHello(client.flush(3)!))
    expect(server.readableAt).toBe(201)
    client.receive(server.flush(3)!, 3)
    server.advance(201 + 99)
    expect(server.status).toBe('connected')
    send(1, 201)
    expect(server.status).toBe('connected')
    expect(serverEar.events).toHaveLength(7)
  })

  it('ends with rate_limited if it is read all the same', () => {
    send(7, 1)
    expect(server.closeInfo?.code).toBe('rate_limited')
  })

  it('ends with rate_limited on a reliable transport that cannot pause', () => {
    begin({ maxPacketsPerSecond: 5 }, { reliable: true })
    send(6, 1)
    expect(server.closeInfo?.code).toBe('rate_limited')
  })

  it('drops excess packets on a transport that may lose them, and counts them', () => {
    begin({ maxPacketsPerSecond: 5, idleTimeoutMs: 100, keepAliveMs: 40 }, unreliable)
    for (let now = 1; now <= 1000; now += 10) {
      send(1, now)
      server.advance(now)
    }
    expect(server.status).toBe('connected')
    expect(serverEar.events).toHaveLength(10)
    // the hello is counted as well
    expect(server.counters.snapshot()).toMatchObject({ packetsIn: 101, packetsDropped: 90, readPauses: 0 })
  })
})

it('a pause takes a second at most, whatever the limits are and whatever comes', () => {
  fc.assert(
    fc.property(
      fc.record({
        maxPacketsPerSecond: fc.double({ min: 1, max: 1000, noNaN: true }),
        maxEventsPerSecond: fc.double({ min: 1, max: 1000, noNaN: true }),
      }),
      fc.array(fc.nat(300), { minLength: 1, maxLength: 20 }),
      (limits, bursts) => {
        begin(limits)
        let now = 1
        for (const burst of bursts) {
          for (let i = 0; i < burst; i++) client.send('move', new Uint8Array(0), {}, now)
          const packets: Uint8Array[] = []
          for (let packet = client.flush(now); packet !== undefined; packet = client.flush(now)) packets.push(packet)
          for (const packet of packets) {
            server.receive(packet, now)
            if (server.status !== 'connected') expect(server.status).toBe('connected')
            // not their difference, which may be rounded up
            if (!(server.readableAt <= now + 1000)) expect(server.readableAt).toBeLessThanOrEqual(now + 1000)
            now = Math.max(now, server.readableAt)
          }
        }
        expect(serverEar.events).toHaveLength(bursts.reduce((sum, burst) => sum + burst, 0))
      },
    ),
    { numRuns: Number(process.env.FC_RUNS ?? 100) },
  )
})
