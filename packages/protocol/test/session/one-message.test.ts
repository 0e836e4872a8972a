import { encodeStateMessage, readHello as readHelloOf, sendShared } from '@tygase/protocol/internal'
import type { LinkConditions } from '@tygase/testkit/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { badLink, Play, perfectLink } from '../support/play.js'

const text = { encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)), decode: new TextDecoder() }

/**
 * A server whose state is the list of the events that it has handled. It takes all events that have come, makes a version of
 * them, and writes state and acks as one message.
 */
class ListPlay extends Play {
  version = 0
  #handled: number[] = []
  #waiting: number[] = []
  /** The client's newest version and its list. */
  heldVersion = 0
  held = new Set<number>()
  /** Events that the server refuses: they are in no version. */
  readonly refused = new Set<number>()
  readonly sent: number[] = []
  /** At each callback: the events that are in the client's version and still pending, or acked and not in it. */
  readonly wrong: string[] = []

  constructor(seed: number) {
    super(seed, { graceMs: 1e9, ackTimeoutMs: 500 })
    this.serverEar.answer = ({ sequence }) => {
      this.#waiting.push(sequence)
      return undefined
    }
    this.clientEar.onState = (version, _base, payload) => {
      if (version > this.heldVersion) {
        this.heldVersion = version
        this.held = new Set(JSON.parse(text.decode.decode(payload)) as number[])
      }
      this.look(`onState ${version}`)
      this.client.stateHeld(this.heldVersion)
      this.look(`onState ${version}, held`)
    }
    this.clientEar.answer = () => {
      this.look('onEvent')
      return { kind: 'done' }
    }
  }

  look(when: string): void {
    for (const sequence of this.sent) {
      const isIn = this.held.has(sequence)
      const isAcked = !this.client.isPending(sequence) && !this.refused.has(sequence)
      if (isIn !== isAcked) this.wrong.push(`${when}: ${sequence} ${isIn ? 'is in, not acked' : 'is acked, not in'}`)
    }
  }

  send(): void {
    const onEnd = () => this.look('onAck')
    const options = { retries: Number.POSITIVE_INFINITY, onAck: onEnd, onFail: onEnd }
    this.sent.push(this.client.send('move', new Uint8Array(1), options, this.clock.now()))
  }

  /** The server's tick: the events that have come become a version. */
  makeVersion(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const sequence of waiting) {
      const dice = this.random()
      if (dice < 0.2) {
        this.refused.add(sequence)
        this.server.reply(sequence, { kind: 'refused', code: 'no', message: '' })
        continue
      }
      this.#handled.push(sequence)
      this.server.reply(sequence, dice < 0.6 ? { kind: 'done' } : { kind: 'done', payload: new Uint8Array(3) })
    }
    if (waiting.length > 0 || this.random() < 0.3) this.version++
    if (this.random() < 0.2 && this.server.status === 'connected') {
      this.server.send('shout', new Uint8Array(0), { minVersion: this.version }, this.clock.now())
    }
  }

  override tick(): void {
    const now = this.clock.now()
    this.client.advance(now)
    this.server.advance(now)
    this.makeVersion()
    if (!this.link || !this.isFlushing) return
    this.flush(this.client, this.link.ends[0])
    // a client with a full transport is skipped, state and acks alike
    if (this.random() < 0.2) return
    const { stateBase: base } = this.server
    if (this.server.status === 'connected' && base !== this.version && this.version > 0) {
      const message = encodeStateMessage(this.version, base, text.encode(this.#handled))
      const own = this.server.flush(now, { version: this.version, bytes: message.length })
      sendShared(this.link.ends[1], message, own)
    }
    this.flush(this.server, this.link.ends[1])
  }
}

const slow: LinkConditions = { ...perfectLink, latencyMs: 120, jitterMs: 60 }

describe('state and acks of one write', () => {
  it.each([
    ['a reliable transport', [perfectLink, slow]],
    ['a transport that loses, doubles and reorders packets', [badLink]],
    ['one transport after the other', [perfectLink, badLink, slow]],
  ])('arrive together over %s: at each callback an event is in the version exactly if it is acked', (_, lines) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 3 }), (seed, cuts) => {
        const play = new ListPlay(seed)
        play.meet()
        for (let round = 0; round <= cuts; round++) {
          play.connect(lines[round % lines.length])
          play.clock.advance(600)
          for (let i = 0; i < 20; i++) {
            play.send()
            play.clock.advance(play.random() * 60)
          }
        }
        for (let i = 0; i < 10; i++) {
          play.clock.advance(2000)
          if (play.client.status !== 'connected' || play.server.status !== 'connected') play.connect()
        }
        expect(play.wrong.slice(0, 3)).toEqual([])
        expect(play.sent.filter((sequence) => play.client.isPending(sequence))).toEqual([])
      }),
      { numRuns: process.env.LONG === '1' ? 30 : 12 },
    )
  })

  it('are one packet, however much the acks bring', () => {
    const play = new ListPlay(1)
    play.meet()
    play.isFlushing = false
    const payload = new Uint8Array(60_000)
    const sent = Array.from({ length: 20 }, () =>
      play.client.send('move', new Uint8Array(0), { retries: 9 }, play.clock.now()),
    )
    play.flush(play.client, play.link!.ends[0])
    play.serverEar.answer = () => ({ kind: 'done', payload })
    play.clock.advance(200)
    play.flush(play.server, play.link!.ends[1])
    const packets: Uint8Array[] = []
    const { receive } = play.client
    play.link!.ends[0].onBytes = (bytes) => {
      packets.push(bytes)
      receive.call(play.client, bytes, play.clock.now())
    }
    play.clock.advance(200)
    expect(sent.filter((sequence) => play.client.isPending(sequence))).toEqual([])
    expect(packets.filter(({ length }) => length > 60_000)).toHaveLength(1)
  })
})

describe('a packet', () => {
  it('is read and checked as a whole before any callback', () => {
    const play = new Play()
    const { client, server, clientEar } = play
    client.attach({ reliable: true }, 0)
    const end = { reliable: true }
    const hello = client.flush(0)!
    server.attach(end, 0, readHelloOf(hello))
    const welcome = server.flush(0)!
    // an ACK of an event that was never sent, behind a welcome and a state
    const state = encodeStateMessage(1, undefined, new Uint8Array(1))
    client.receive(Uint8Array.of(...welcome, ...state, 0x18, 2, 1), 1)
    expect(clientEar.states).toEqual([])
    expect(clientEar.statuses.map(([status]) => status)).toEqual(['disconnecting'])
    expect(client.closeInfo?.code).toBe('acked_never_sent')
  })

  it('may have its state before the welcome: the order of messages has no meaning', () => {
    const { client, server, clientEar } = new Play()
    client.attach({ reliable: true }, 0)
    server.attach({ reliable: true }, 0, readHelloOf(client.flush(0)!))
    const message = encodeStateMessage(1, undefined, new Uint8Array(1))
    const own = server.flush(0, { version: 1, bytes: message.length })!
    client.receive(Uint8Array.of(...message, ...own), 1)
    expect(client.status).toBe('connected')
    expect(clientEar.states).toHaveLength(1)
  })

  it('brings callbacks in the order: states, acks, events', () => {
    const { client, server, clientEar, serverEar } = new Play()
    const calls: string[] = []
    client.attach({ reliable: true }, 0)
    server.attach({ reliable: true }, 0, readHelloOf(client.flush(0)!))
    client.receive(server.flush(0)!, 0)
    clientEar.onState = (version) => {
      calls.push('state')
      client.stateHeld(version)
    }
    clientEar.answer = () => {
      calls.push('event')
      return { kind: 'done' }
    }
    client.send('move', new Uint8Array(0), { onAck: () => calls.push('ack') }, 0)
    server.receive(client.flush(0)!, 0)
    expect(serverEar.events).toHaveLength(1)
    server.send('shout', new Uint8Array(0), { minVersion: 1 }, 0)
    const message = encodeStateMessage(1, undefined, new Uint8Array(1))
    const own = server.flush(0, { version: 1, bytes: message.length })!
    client.receive(Uint8Array.of(...own, ...message), 1)
    expect(calls).toEqual(['state', 'ack', 'event'])
  })
})
