import {
  type IncomingEvent,
  type Outcome,
  readHello,
  ServerSession,
  type ServerSessionOptions,
  type SessionLedger,
} from '@tygase/protocol/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashOf, JournaledRoom, through } from '../support/journaled-room.js'
import { Pair, reliable, unreliable } from '../support/pair.js'
import { badLink, Ear, Fate, Play, perfectLink, serverOptions, token } from '../support/play.js'

const noBytes = new Uint8Array(0)
const always = Number.POSITIVE_INFINITY
const retryModes = [0, 1, 3, always]

interface Sent {
  readonly sequence: number
  readonly retries: number
  readonly fate: Fate
}

/** Random events both ways over lines that break, with a crash of the server now and then; then peace. */
function playWithCrashes(seed: number, crashes: number): { play: Play; room: JournaledRoom; sent: Sent[]; to: Sent[] } {
  const play = new Play(seed, { graceMs: 1e9, ackTimeoutMs: 500 }, { hashOf })
  const { random, clock } = play
  const line = () => (random() < 0.5 ? perfectLink : badLink)
  const room = new JournaledRoom(play)
  play.clientEar.answer = ({ sequence }) => {
    const dice = random()
    if (dice < 0.2) return { kind: 'refused', code: `no-${sequence}`, message: '' }
    if (dice < 0.7) return { kind: 'done' }
    clock.schedule(random() * 300, () => play.client.reply(sequence, { kind: 'done' }))
    return undefined
  }
  const sent: Sent[] = []
  const to: Sent[] = []
  play.meet(perfectLink)
  for (let round = 0; round <= crashes; round++) {
    play.connect(line())
    for (let i = 0; i < 40; i++) {
      const retries = retryModes[Math.floor(random() * retryModes.length)]!
      if (random() < 0.5) {
        const fate = new Fate()
        const sequence = play.client.send('move', new Uint8Array(3), fate.options(retries), clock.now())
        sent.push({ sequence, retries, fate })
      }
      if (random() < 0.5) {
        const sequence = room.send(random() < 0.5 ? 'shout' : 'unnamed', retries)
        to.push({ sequence, retries, fate: room.fates.at(-1)! })
      }
      if (random() < 0.3) room.tick()
      if (random() < 0.1) room.snapshot()
      if (random() < 0.05) {
        play.cut()
        play.connect(line())
      }
      clock.advance(random() * 60)
    }
    if (round === crashes) continue
    room.crash()
    // a second process that lives for a moment only
    if (random() < 0.3) {
      if (random() < 0.5) room.snapshot()
      room.crash()
    }
    clock.advance(random() * 300)
  }
  if (!play.link || play.client.status !== 'connected' || play.server.status !== 'connected') play.connect(line())
  for (let i = 0; i < 60; i++) {
    room.tick()
    clock.advance(700)
    if (play.client.status !== 'connected' || play.server.status !== 'connected') play.connect(line())
  }
  return { play, room, sent, to }
}

describe('a session that goes on in another process, again and again', () => {
  it('runs every event at most once, in order, and calls each sender back exactly once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), (seed, crashes) => {
        const { play, room, sent, to } = playWithCrashes(seed, crashes)
        expect(play.client.closeInfo).toBeUndefined()
        expect(play.server.closeInfo).toBeUndefined()
        expect(room.ran).toStrictEqual([...new Set(room.ran)].sort((a, b) => a - b))
        const ran = new Set(room.ran)
        for (const { sequence, retries, fate } of sent) {
          const name = `event ${sequence}, retries ${retries}`
          expect(fate.calls, name).toBe(1)
          if (retries === always) {
            expect(ran.has(sequence), name).toBe(true)
            const fails = fate.fails.filter((code) => code !== 'event_refused')
            expect(fails, name).toStrictEqual(fails.length > 0 && room.cutOff.has(sequence) ? ['event_lost'] : [])
          }
          if (fate.acks.length > 0) expect(ran.has(sequence), name).toBe(true)
          if (fate.fails[0] === 'event_lost' && !room.cutOff.has(sequence)) expect(ran.has(sequence), name).toBe(false)
          if (fate.refusals.length > 0) expect(fate.refusals).toStrictEqual([`no-${sequence}`])
          if (fate.acks[0]) expect(fate.acks[0]).toStrictEqual(new Uint8Array([sequence % 256]))
        }
        const handled = play.clientEar.events.map(({ sequence }) => sequence)
        expect(handled).toStrictEqual([...new Set(handled)].sort((a, b) => a - b))
        for (const { sequence, retries, fate } of to) {
          // the callbacks of a process end with it
          expect(fate.calls).toBeLessThanOrEqual(1)
          if (retries === always) expect(handled, `event ${sequence}`).toContain(sequence)
        }
        for (const fate of room.fates) expect(fate.calls).toBe(1)
      }),
      // of the example: lost events between those that nothing has run of made these lost as well
      { numRuns: 60, examples: [[2146459398, 1]] },
    )
  })
})

/** A pair that has met, whose server's session can be made again. */
class Successors extends Pair {
  readonly fates: Fate[] = []
  readonly waiting: number[] = []
  override server: ServerSession
  ear = new Ear()

  constructor(options: Partial<ServerSessionOptions> = {}) {
    super()
    this.server = new ServerSession({ ...serverOptions(this.ear), ...options }, 0)
    this.ear.session = this.server
    this.connect()
    this.exchange(0)
  }

  /** An event of the client, whose outcome waits for `reply`. */
  send(retries = always): number {
    const fate = new Fate()
    this.fates.push(fate)
    return this.client.send('move', noBytes, fate.options(retries), 0)
  }

  /** Makes the session again from its ledger. */
  succeed(ledger: SessionLedger, now = 0, options: Partial<ServerSessionOptions> = {}): ServerSession {
    this.client.suspend(now)
    this.ear = new Ear()
    this.server = new ServerSession({ ...serverOptions(this.ear), ledger: through(ledger), ...options }, now)
    this.ear.session = this.server
    return this.server
  }

  goOn(now = 0, transport = reliable): void {
    this.client.attach(transport, now)
    this.server.attach(transport, now, readHello(this.client.flush(now)!))
    this.exchange(now)
  }
}

function holdAll(pair: Successors): void {
  pair.ear.answer = ({ sequence }: IncomingEvent): undefined => {
    pair.waiting.push(sequence)
  }
}

describe('a ledger', () => {
  it('is plain data, and names what the client may still ask for', () => {
    const pair = new Successors()
    const outcomes: (Outcome | undefined)[] = [
      { kind: 'done' },
      { kind: 'done', payload: new Uint8Array([7]) },
      undefined,
      { kind: 'refused', code: 'no', message: 'not now' },
      { kind: 'done' },
    ]
    pair.ear.answer = ({ sequence }) => outcomes[sequence - 1]
    for (const _ of outcomes) pair.send()
    const origin = { sequence: 2, n: 1 }
    pair.server.receive(pair.client.flush(0)!, 0)
    pair.server.send('shout', new Uint8Array([1]), { retries: always, minVersion: 7, origin }, 0)
    const ledger = pair.server.ledger(250)
    expect(ledger).toStrictEqual({
      clientId: 'ada',
      token,
      ageMs: 250,
      names: ['move', 'shout'],
      offset: 0,
      receivedThrough: 5,
      resolved: 1,
      outcomes: [
        { sequence: 2, count: 1, outcome: outcomes[1] },
        { sequence: 4, count: 1, outcome: outcomes[3] },
      ],
      awaited: [3],
      nextSequence: 2,
      outgoing: [{ sequence: 1, name: 'shout', payload: new Uint8Array([1]), retries: always, minVersion: 7, origin }],
    })
    expect(through(ledger)).toStrictEqual(ledger)
  })

  it('is the same again if nothing has happened in between', () => {
    const pair = new Successors()
    pair.ear.answer = ({ sequence }) => ({ kind: 'done', payload: new Uint8Array([sequence]) })
    pair.send()
    pair.server.receive(pair.client.flush(0)!, 0)
    pair.server.send('shout', noBytes, { retries: 2 }, 0)
    const ledger = pair.server.ledger(10)
    expect(pair.succeed(ledger, 1000).ledger(1000)).toStrictEqual(ledger)
  })

  it('has the hash of the token only, if the session keeps hashes, and the client still resumes with its token', () => {
    const pair = new Successors({ hashOf })
    const ledger = pair.server.ledger(0)
    expect(ledger.token).toStrictEqual(hashOf(token))
    const session = pair.succeed(ledger, 0, { hashOf, token: new Uint8Array(16) })
    expect(session.matchesToken(token)).toBe(true)
    expect(session.matchesToken(hashOf(token))).toBe(false)
    expect(session.matchesToken(new Uint8Array(16))).toBe(false)
  })
})

describe('a session that is made from a ledger', () => {
  it('is suspended for its grace time, without a call', () => {
    const pair = new Successors()
    const session = pair.succeed(pair.server.ledger(0), 100, { limits: { graceMs: 500 } })
    expect(session.status).toBe('suspended')
    expect(session.nextDeadline()).toBe(600)
    expect(pair.ear.statuses).toStrictEqual([])
    session.advance(600)
    expect(session.closeInfo?.code).toBe('grace_over')
  })

  it.each([
    ['reliable', reliable],
    ['lossy', unreliable],
  ])('sends the outcomes that the client has missed over a %s transport', (_, transport) => {
    const pair = new Successors()
    pair.ear.answer = ({ sequence }) => ({ kind: 'done', payload: new Uint8Array([sequence]) })
    pair.send()
    pair.send()
    pair.server.receive(pair.client.flush(0)!, 0)
    pair.succeed(pair.server.ledger(0))
    pair.goOn(0, transport)
    expect(pair.fates.map(({ acks }) => acks)).toStrictEqual([[new Uint8Array([1])], [new Uint8Array([2])]])
    expect(pair.ear.events).toStrictEqual([])
  })

  it('fails an event that was being handled with event_lost, and never runs it again', () => {
    const pair = new Successors()
    holdAll(pair)
    pair.send()
    pair.exchange(0)
    pair.succeed(pair.server.ledger(0))
    pair.goOn()
    expect(pair.fates[0]!.fails).toStrictEqual(['event_lost'])
    expect(pair.ear.events).toStrictEqual([])
  })

  it('replies to an event that goes on to run here', () => {
    const pair = new Successors()
    holdAll(pair)
    for (let i = 0; i < 3; i++) pair.send()
    pair.exchange(0)
    pair.server.reply(3, { kind: 'done' })
    const session = pair.succeed({ ...pair.server.ledger(0), running: [2] })
    pair.goOn()
    expect(pair.fates.map(({ acks, fails }) => [acks.length, ...fails])).toStrictEqual([[0, 'event_lost'], [0], [1]])
    session.reply(2, { kind: 'done' })
    pair.exchange(0)
    expect(pair.fates[1]!.acks).toHaveLength(1)
    expect(pair.ear.events).toStrictEqual([])
  })

  it('knows what the client knows', () => {
    const pair = new Successors()
    pair.ear.answer = ({ sequence }) => ({ kind: 'done', payload: new Uint8Array([sequence]) })
    pair.send()
    pair.send()
    pair.server.send('shout', noBytes, { retries: 2 }, 0)
    expect(pair.server.progress()).toStrictEqual({ resolved: 1, pending: 1 })
    pair.exchange(0)
    expect(pair.server.progress()).toMatchObject({ resolved: 1 })
    pair.succeed(pair.server.ledger(0))
    pair.goOn()
    expect(pair.server.progress()).toStrictEqual({ resolved: 3, pending: 2 })
  })

  it('gets an event again of which nothing has run, if no other follows it', () => {
    const pair = new Successors()
    holdAll(pair)
    for (let i = 0; i < 3; i++) pair.send()
    pair.send(0)
    pair.exchange(0)
    pair.server.reply(2, { kind: 'done' })
    const ledger = pair.server.ledger(0, new Set([1, 3, 4]))
    expect(ledger).toMatchObject({ receivedThrough: 2, awaited: [1] })
    pair.succeed(ledger)
    pair.goOn()
    expect(pair.ear.events.map(({ sequence }) => sequence)).toStrictEqual([3])
    // the last one may not be sent again
    expect(pair.fates.map(({ acks, fails }) => [acks.length, ...fails])).toStrictEqual([
      [0, 'event_lost'],
      [1],
      [1],
      [0, 'event_lost'],
    ])
  })

  it('takes in what has happened since its ledger was written', () => {
    const pair = new Successors()
    holdAll(pair)
    pair.send()
    pair.exchange(0)
    const ledger = pair.server.ledger(0)
    for (let i = 0; i < 4; i++) pair.send()
    pair.server.receive(pair.client.flush(0)!, 0)
    const session = pair.succeed(ledger)
    session.accept(5)
    session.accept(3)
    session.reply(1, { kind: 'done' })
    session.reply(5, { kind: 'refused', code: 'no', message: '' })
    session.reply(3, { kind: 'done', payload: new Uint8Array([3]) })
    session.send('shout', noBytes, {}, 0)
    pair.goOn()
    const { acks } = pair.fates[2]!
    expect(acks).toStrictEqual([new Uint8Array([3])])
    expect(pair.fates.map(({ fails, refusals }) => [...fails, ...refusals])).toStrictEqual([
      [],
      ['event_lost'],
      [],
      ['event_lost'],
      ['event_refused', 'no'],
    ])
    expect(pair.clientEar.names).toStrictEqual(['shout'])
  })

  it('refuses what does not fit its ledger, and what comes after it has gone on', () => {
    const pair = new Successors()
    pair.send()
    pair.server.receive(pair.client.flush(0)!, 0)
    const session = pair.succeed(pair.server.ledger(0))
    const invalid = expect.objectContaining({ code: 'invalid_argument' })
    const done = { kind: 'done' } as const
    expect(() => session.accept(1)).toThrow(invalid)
    expect(() => session.accept(0)).toThrow(invalid)
    expect(() => session.accept(1.5)).toThrow(invalid)
    expect(() => session.reply(2, done)).toThrow(invalid)
    session.accept(2)
    session.reply(2, done)
    expect(() => session.reply(2, done)).toThrow(invalid)
    expect(() => session.accept(2)).toThrow(invalid)
    session.ledger(0)
    expect(() => session.accept(3)).toThrow(invalid)
    pair.goOn()
    expect(() => session.accept(3)).toThrow(invalid)
  })

  it('takes no notice of an event that the client has given up', () => {
    const pair = new Successors()
    holdAll(pair)
    pair.client.attach(unreliable, 0)
    pair.server.attach(unreliable, 0, readHello(pair.client.flush(0)!))
    pair.exchange(0)
    pair.send(0)
    pair.send()
    pair.exchange(0)
    pair.server.reply(2, { kind: 'done' })
    for (let now = 0; now <= 3000; now += 500) {
      pair.client.advance(now)
      pair.exchange(now)
    }
    expect(pair.fates[0]!.fails).toStrictEqual(['event_timeout'])
    const ledger = pair.server.ledger(3000)
    expect(ledger).toMatchObject({ receivedThrough: 2, resolved: 3, awaited: [], outcomes: [] })
    const session = pair.succeed(ledger, 3000)
    session.accept(1)
    session.reply(1, { kind: 'done' })
    pair.goOn(3000)
    expect(pair.fates.map(({ calls }) => calls)).toStrictEqual([1, 1])
  })

  it('writes the events that the client has not got, and forgets the others', () => {
    const pair = new Successors()
    pair.clientEar.answer = () => undefined
    pair.server.send('shout', noBytes, {}, 0)
    pair.exchange(0)
    pair.server.send('shout', noBytes, {}, 0)
    pair.server.flush(0)
    pair.server.send('move', noBytes, { retries: always }, 0)
    const session = pair.succeed(pair.server.ledger(0))
    expect(session.isPending(1)).toBe(true)
    session.send('last', noBytes, {}, 0)
    pair.goOn()
    expect(pair.clientEar.names).toStrictEqual(['shout', 'shout', 'move', 'last'])
    expect([1, 2].map((sequence) => session.isPending(sequence))).toStrictEqual([false, true])
  })

  it('lets an event wait for its version', () => {
    const pair = new Successors()
    pair.server.send('shout', noBytes, { retries: always, minVersion: 9 }, 0)
    pair.succeed(pair.server.ledger(0))
    pair.goOn()
    expect(pair.clientEar.names).toStrictEqual([])
    pair.client.stateHeld(9)
    expect(pair.clientEar.names).toStrictEqual(['shout'])
  })

  it('gives a token to a client that has not got its welcome', () => {
    const pair = new Pair()
    const ear = new Ear()
    pair.client.attach(reliable, 0)
    const hello = readHello(pair.client.flush(0)!)
    const first = new ServerSession({ ...serverOptions(ear), hashOf }, 0)
    first.attach(reliable, 0, hello)
    const ledger = through(first.ledger(0))
    expect(ledger.attempt).toStrictEqual(hello.attempt)
    const other = new Uint8Array(16).fill(9)
    const session = new ServerSession({ ...serverOptions(ear), token: other, hashOf, ledger }, 0)
    pair.client.suspend(0)
    pair.client.attach(reliable, 0)
    const again = readHello(pair.client.flush(0)!)
    expect(session.isExpected(again)).toBe(true)
    session.attach(reliable, 0, again)
    pair.client.receive(session.flush(0)!, 0)
    expect(pair.client.status).toBe('connected')
    expect(pair.client.clientId).toBe('ada')
    expect([other, token].map((secret) => session.matchesToken(secret))).toStrictEqual([true, false])
  })

  it('expects no hello of a client that has met it', () => {
    const pair = new Successors()
    const session = pair.succeed(pair.server.ledger(0))
    const other = new Pair()
    other.client.attach(reliable, 0)
    expect(session.isExpected(readHello(other.client.flush(0)!))).toBe(false)
  })

  it('closes for a client that has got events nobody has written down', () => {
    const pair = new Successors()
    const ledger = pair.server.ledger(0)
    pair.server.send('shout', noBytes, {}, 0)
    pair.exchange(0)
    pair.succeed(ledger)
    pair.client.attach(reliable, 0)
    pair.server.attach(reliable, 0, readHello(pair.client.flush(0)!))
    expect(pair.server.closeInfo?.code).toBe('acked_never_sent')
  })

  it('takes as little time for a million events that are done as for none', () => {
    const pair = new Successors()
    const ledger = { ...pair.server.ledger(0), receivedThrough: 1_000_000 }
    const session = pair.succeed(ledger)
    session.accept(2_000_000)
    session.reply(2_000_000, { kind: 'done' })
    expect(session.ledger(0)).toMatchObject({
      receivedThrough: 2_000_000,
      outcomes: [{ sequence: 1_000_001, count: 999_999, outcome: 'lost' }],
    })
  })
})
