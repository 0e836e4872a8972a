import { ClientSession, readHello, ServerSession } from '@tygase/protocol/internal'
import { describe, expect, it } from 'vitest'
import { through } from '../support/journaled-room.js'
import { Pair, reliable } from '../support/pair.js'
import { clientOptions, Ear, Fate, serverOptions } from '../support/play.js'

const noBytes = new Uint8Array(0)
const always = Number.POSITIVE_INFINITY
const secret = { clientId: 'ada', token: new Uint8Array(16).fill(7) }
const newToken = new Uint8Array(16).fill(9)

/** A pair that has met, and the sessions of the same client after its page was loaded again. */
class Reloaded extends Pair {
  readonly ear = new Ear()
  readonly pageEar = new Ear()
  readonly page: ClientSession
  next!: ServerSession

  constructor() {
    super()
    this.connect()
    this.exchange(0)
    this.page = new ClientSession({ ...clientOptions(this.pageEar, () => 0.25), rejoin: secret }, 0)
    this.pageEar.session = this.page
  }

  reload(moves: (name: string) => boolean = () => true): ServerSession {
    this.page.attach(reliable, 0)
    const hello = readHello(this.page.flush(0)!)
    this.next = this.server.successor({ ...serverOptions(this.ear), token: newToken }, moves, 0)
    this.ear.session = this.next
    this.next.attach(reliable, 0, hello)
    this.talk()
    return this.next
  }

  talk(): void {
    for (let i = 0; i < 20; i++) {
      const [up, down] = [this.page.flush(0), this.next.flush(0)]
      if (down) this.page.receive(down, 0)
      if (up) this.next.receive(up, 0)
      if (!up && !down) return
    }
  }
}

describe('a client that begins anew', () => {
  it('asks for it with each hello until it has a session', () => {
    const pair = new Reloaded()
    pair.page.attach(reliable, 0)
    expect(readHello(pair.page.flush(0)!)).toMatchObject({ rejoin: secret, receivedThrough: 0 })
    pair.page.suspend(0)
    pair.reload()
    expect(pair.page.secret).toMatchObject({ clientId: 'ada', token: newToken })
    pair.page.suspend(0)
    pair.page.attach(reliable, 0)
    const hello = readHello(pair.page.flush(0)!)
    expect(hello.rejoin).toBeUndefined()
    expect(hello.resume).toMatchObject({ clientId: 'ada', token: newToken })
  })

  it('has sequences from 1 on the wire, which its server hands out above those of the session before', () => {
    const pair = new Reloaded()
    pair.client.send('move', noBytes, {}, 0)
    pair.client.send('move', noBytes, {}, 0)
    pair.exchange(0)
    pair.reload()
    const fate = new Fate()
    expect(pair.page.send('move', noBytes, fate.options(0), 0)).toBe(1)
    pair.talk()
    expect(pair.ear.events.map(({ sequence }) => sequence)).toStrictEqual([3])
    expect(fate.acks).toStrictEqual([undefined])
  })

  it('gets no outcome of an event that another page has sent', () => {
    const pair = new Reloaded()
    pair.serverEar.answer = () => undefined
    pair.client.send('move', noBytes, {}, 0)
    pair.exchange(0)
    const session = pair.reload()
    pair.ear.answer = () => undefined
    const fate = new Fate()
    pair.page.send('shout', noBytes, fate.options(0), 0)
    pair.talk()
    session.reply(1, { kind: 'refused', code: 'no', message: '' })
    pair.talk()
    expect(fate.calls).toBe(0)
    session.reply(2, { kind: 'done' })
    pair.talk()
    expect(fate.acks).toStrictEqual([undefined])
  })

  it('gets the events that its other page has not acked and that may be sent again, with their callbacks', () => {
    const pair = new Reloaded()
    pair.clientEar.answer = () => undefined
    const fates = ['kept', 'written', 'own', 'unwritten'].map((name) => ({ name, fate: new Fate() }))
    const [kept, written, own, unwritten] = fates as [Sent, Sent, Sent, Sent]
    pair.server.send(kept.name, noBytes, { ...kept.fate.options(always), origin: { sequence: 1, n: 0 } }, 0)
    pair.server.send(written.name, noBytes, written.fate.options(0), 0)
    pair.server.send(own.name, noBytes, own.fate.options(always), 0)
    pair.exchange(0)
    pair.server.send(unwritten.name, noBytes, unwritten.fate.options(0), 0)
    pair.reload((name) => name !== 'own')
    pair.server.close('replaced', '', 0)
    expect(pair.pageEar.events.map(({ name, origin }) => [name, origin])).toStrictEqual([
      ['kept', undefined],
      ['unwritten', undefined],
    ])
    expect(fates.map(({ fate }) => [fate.acks.length, ...fate.fails])).toStrictEqual([
      [1],
      [0, 'session_closed'],
      [0, 'session_closed'],
      [1],
    ])
  })

  it('is told the origin of the events that its own events have led to, and of no others', () => {
    const pair = new Reloaded()
    pair.client.send('move', noBytes, {}, 0)
    pair.exchange(0)
    const session = pair.reload()
    pair.page.send('move', noBytes, {}, 0)
    pair.talk()
    session.send('shout', noBytes, { origin: { sequence: 1, n: 0 } }, 0)
    session.send('shout', noBytes, { origin: { sequence: 2, n: 3 } }, 0)
    pair.talk()
    expect(pair.pageEar.events.map(({ origin }) => origin)).toStrictEqual([undefined, { sequence: 1, n: 3 }])
  })

  it('goes on in another process as any other', () => {
    const pair = new Reloaded()
    pair.client.send('move', noBytes, {}, 0)
    pair.exchange(0)
    const session = pair.reload()
    pair.ear.answer = () => undefined
    const fates = [new Fate(), new Fate(), new Fate()]
    for (const fate of fates) pair.page.send('move', noBytes, fate.options(always), 0)
    pair.talk()
    const ledger = through(session.ledger(0, new Set([4])))
    expect(ledger).toMatchObject({ offset: 1, receivedThrough: 3, resolved: 2, awaited: [2, 3] })
    const ear = new Ear()
    pair.next = new ServerSession({ ...serverOptions(ear), ledger }, 0)
    ear.session = pair.next
    pair.next.accept(2)
    pair.next.reply(2, { kind: 'done' })
    pair.page.suspend(0)
    pair.page.attach(reliable, 0)
    pair.next.attach(reliable, 0, readHello(pair.page.flush(0)!))
    pair.talk()
    expect(ear.events.map(({ sequence }) => sequence)).toStrictEqual([4])
    expect(fates.map(({ acks, fails }) => [acks.length, ...fails])).toStrictEqual([[1], [0, 'event_lost'], [1]])
  })

  it('shows by its first packet that it knows of its session', () => {
    const pair = new Reloaded()
    pair.page.attach(reliable, 0)
    const hello = readHello(pair.page.flush(0)!)
    const next = pair.server.successor({ ...serverOptions(pair.ear), token: newToken }, () => true, 0)
    next.attach(reliable, 0, hello)
    expect([next.hasMet, next.isExpected(hello)]).toStrictEqual([false, true])
    pair.page.receive(next.flush(0)!, 0)
    next.receive(pair.page.flush(0)!, 0)
    expect([next.hasMet, next.isExpected(hello)]).toStrictEqual([true, false])
  })
})

interface Sent {
  readonly name: string
  readonly fate: Fate
}
