import type { ClientSession, ServerSession } from '@tygase/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytesOf } from '../support/hex.js'
import { Pair, unreliable } from '../support/pair.js'
import { type Ear, Fate, Play, perfectLink } from '../support/play.js'

let pair: Pair
let client: ClientSession
let server: ServerSession
let clientEar: Ear
let serverEar: Ear

function begin(...options: ConstructorParameters<typeof Pair>): void {
  pair = new Pair(...options)
  ;({ client, server, clientEar, serverEar } = pair)
}

beforeEach(() => begin())

describe('events', () => {
  it('reach the handler and are acked, with the returned value or the refusal [P21]', () => {
    pair.connect()
    serverEar.answer = ({ name }) =>
      name === 'buy' ? { kind: 'refused', code: 'poor', message: '' } : { kind: 'done', payload: new Uint8Array([9]) }
    const [bought, moved] = [new Fate(), new Fate()]
    client.send('buy', new Uint8Array([1]), bought.options(0), 1)
    client.send('move', new Uint8Array([2]), moved.options(0), 1)
    pair.exchange(2)
    expect(serverEar.events).toMatchObject([
      { sequence: 1, name: 'buy', payload: new Uint8Array([1]) },
      { sequence: 2, name: 'move', payload: new Uint8Array([2]) },
    ])
    expect(bought).toMatchObject({ fails: ['event_refused'], refusals: ['poor'], acks: [] })
    expect(moved.acks).toStrictEqual([new Uint8Array([9])])
  })

  it('may be replied to later and out of order', () => {
    pair.connect()
    serverEar.answer = () => undefined
    const fates = [new Fate(), new Fate(), new Fate()]
    for (const fate of fates) client.send('move', new Uint8Array(0), fate.options(0), 1)
    pair.exchange(2)
    server.reply(3, { kind: 'done' })
    pair.exchange(3)
    expect(fates.map(({ calls }) => calls)).toStrictEqual([0, 0, 1])
    server.reply(1, { kind: 'done', payload: new Uint8Array([1]) })
    server.reply(2, { kind: 'done' })
    pair.exchange(4)
    expect(fates.map(({ calls }) => calls)).toStrictEqual([1, 1, 1])
    expect(() => server.reply(2, { kind: 'done' })).toThrowError(expect.objectContaining({ code: 'invalid_argument' }))
  })

  it('in a packet of their own take three bytes over a reliable transport, and their ack as many', () => {
    pair.connect()
    client.send('move', new Uint8Array(0), {}, 1)
    pair.exchange(1)
    client.send('move', new Uint8Array([5]), {}, 2)
    const packet = client.flush(2)!
    expect(packet).toStrictEqual(bytesOf('47 01 01 05'))
    server.receive(packet, 2)
    expect(server.flush(2)).toStrictEqual(bytesOf('18 00 01'))
  })

  it('wait at the client for the version that they name, on a transport without order', () => {
    pair.connect(0, unreliable)
    server.send('move', new Uint8Array(0), { minVersion: 5 }, 1)
    server.send('shout', new Uint8Array(0), {}, 1)
    pair.exchange(1)
    expect(clientEar.names).toStrictEqual([])
    client.stateHeld(4)
    expect(clientEar.names).toStrictEqual([])
    client.stateHeld(6)
    expect(clientEar.names).toStrictEqual(['move', 'shout'])
  })

  it.each([{ reliable: true }, unreliable])(
    'of a client name no version, over $reliable: its server has all',
    (kind) => {
      pair.connect(0, kind)
      client.send('move', new Uint8Array(0), { minVersion: 5 }, 1)
      pair.exchange(1)
      expect(serverEar.events).toMatchObject([{ name: 'move', tick: undefined, seen: undefined }])
    },
  )

  it('name no version if the order of the transport makes up for it', () => {
    pair.connect()
    server.stateSent(5)
    server.send('move', new Uint8Array(0), { minVersion: 5 }, 1)
    pair.exchange(1)
    expect(clientEar.names).toStrictEqual(['move'])
  })

  it('fail when no ack comes: after one ackTimeoutMs for each time that they may be sent', () => {
    pair.connect()
    serverEar.answer = () => undefined
    const fates = [0, 1, 3, Number.POSITIVE_INFINITY].map((retries) => {
      const fate = new Fate()
      client.send('move', new Uint8Array(0), fate.options(retries), 0)
      return fate
    })
    for (let now = 10; now <= 60_000; now += 10) {
      for (const session of [client, server]) session.advance(now)
      pair.exchange(now)
      const failed = fates.map(({ fails }) => fails.length)
      expect(failed).toStrictEqual([1000, 2000, 4000, Number.POSITIVE_INFINITY].map((at) => (now >= at ? 1 : 0)))
    }
    expect(fates[0]!.fails).toStrictEqual(['event_timeout'])
    expect(client.counters.get('eventsResent')).toBe(0)
  })

  it('do not age while the session is suspended', () => {
    pair.connect()
    const fate = new Fate()
    serverEar.answer = () => undefined
    client.send('move', new Uint8Array(0), fate.options(0), 0)
    pair.exchange(1)
    client.suspend(500)
    server.suspend(500)
    client.advance(20_000)
    pair.connect(20_000)
    client.advance(20_400)
    expect(fate.calls).toBe(0)
    client.advance(20_600)
    expect(fate.fails).toStrictEqual(['event_timeout'])
  })

  it('that got lost with their transport are sent again if they may be, and fail with event_lost if not', () => {
    pair.connect()
    const [once, again, unsent] = [new Fate(), new Fate(), new Fate()]
    client.send('move', new Uint8Array(0), once.options(0), 1)
    client.send('move', new Uint8Array(0), again.options(1), 1)
    client.flush(1)
    client.suspend(2)
    server.suspend(2)
    client.send('shout', new Uint8Array(0), unsent.options(0), 3)
    pair.connect(10)
    pair.exchange(11)
    expect(once).toMatchObject({ fails: ['event_lost'], acks: [] })
    expect([again, unsent]).toMatchObject([
      { fails: [], acks: [undefined] },
      { fails: [], acks: [undefined] },
    ])
    expect(serverEar.events.map(({ sequence }) => sequence)).toStrictEqual([2, 3])
  })

  it('whose ack got lost with the transport are handled once and acked after the resume [P23]', () => {
    pair.connect()
    const fate = new Fate()
    serverEar.answer = () => ({ kind: 'done', payload: new Uint8Array([7]) })
    client.send('move', new Uint8Array(0), fate.options(3), 1)
    server.receive(client.flush(1)!, 1)
    server.flush(1)
    client.suspend(2)
    server.suspend(2)
    pair.connect(3)
    pair.exchange(4)
    expect(serverEar.events).toHaveLength(1)
    expect(fate.acks).toStrictEqual([new Uint8Array([7])])
  })

  it('fail with session_closed when the session ends, each once [P25]', () => {
    pair.connect()
    const fates = [new Fate(), new Fate()]
    for (const fate of fates) client.send('move', new Uint8Array(0), fate.options(Number.POSITIVE_INFINITY), 1)
    client.close('disconnected', '', 2)
    client.flush(2)
    client.suspend(3)
    expect(fates.map(({ fails }) => fails)).toStrictEqual([['session_closed'], ['session_closed']])
  })

  it('that come with a CLOSE are handled before it', () => {
    pair.connect()
    server.receive(bytesOf('17 01 01 04 a1 1f 00'), 1)
    expect(serverEar.names).toStrictEqual(['move'])
    expect(server.closeInfo).toMatchObject({ code: 'disconnected', byPeer: true })
  })

  it('that wait when their sender ends the session are sent before its CLOSE, and handled', () => {
    for (const side of ['client', 'server'] as const) {
      const pair = new Pair()
      pair.connect()
      const [sender, receiver] = side === 'client' ? [pair.client, pair.server] : [pair.server, pair.client]
      const receiverEar = side === 'client' ? pair.serverEar : pair.clientEar
      const fate = new Fate()
      for (let i = 0; i < 3000; i++) sender.send('move', new Uint8Array(1), fate.options(0), 1)
      sender.close('disconnected', '', 1)
      expect(fate.fails).toHaveLength(3000)
      let packets = 0
      for (let packet = sender.flush(1); packet; packet = sender.flush(1)) {
        packets++
        receiver.receive(packet, 1)
      }
      expect([packets, receiverEar.events.length]).toEqual([3, 3000])
      expect([sender.status, receiver.status]).toEqual(['closed', 'closed'])
      expect(receiver.closeInfo).toMatchObject({ code: 'disconnected', byPeer: true })
    }
  })

  it('that wait for a peer that is too slow are not sent before the CLOSE', () => {
    pair.connect()
    pair.exchange(0)
    server.send('move', new Uint8Array(1), {}, 1)
    server.close('too_slow', '', 1)
    expect(server.flush(1)![0]).toBe(0x04)
    expect(server.flush(1)).toBeUndefined()
  })

  it('flow by the thousand in each second over a round trip of 100 ms, without waiting for acks', () => {
    const play = new Play(1)
    play.meet(perfectLink)
    const fates: Fate[] = []
    for (let i = 0; i < 500; i++) {
      for (let j = 0; j < 50; j++) {
        const fate = new Fate()
        play.client.send('move', new Uint8Array(4), fate.options(3), play.clock.now())
        fates.push(fate)
      }
      play.clock.advance(10)
    }
    play.clock.advance(200)
    expect(play.serverEar.events).toHaveLength(25_000)
    expect(fates.every(({ acks }) => acks.length === 1)).toBe(true)
    expect(play.client.counters.get('packetsOut')).toBeLessThan(700)
  })

  it('to a suspended session wait up to the limits of the queue, are refused beyond, and fail when it ends [P26]', () => {
    begin({ server: { maxQueuedEvents: 3 } })
    pair.connect()
    client.suspend(0)
    server.suspend(0)
    const fates = [0, 1, Number.POSITIVE_INFINITY].map((retries) => {
      const fate = new Fate()
      server.send('shout', new Uint8Array(0), fate.options(retries), 1)
      return fate
    })
    expect(() => server.send('shout', new Uint8Array(0), {}, 1)).toThrowError(
      expect.objectContaining({ code: 'queue_full' }),
    )
    pair.connect(1000)
    pair.exchange(1001)
    expect(fates.map(({ acks }) => acks.length)).toStrictEqual([1, 1, 1])
    client.suspend(2000)
    server.suspend(2000)
    const late = new Fate()
    server.send('shout', new Uint8Array(0), late.options(Number.POSITIVE_INFINITY), 2001)
    server.advance(40_000)
    expect(late.fails).toStrictEqual(['session_closed'])
  })

  it('that a link loses come again by the round trip that was measured, not after a whole ackTimeoutMs', () => {
    const play = new Play(1)
    play.meet({ ...perfectLink, reliable: false })
    play.clock.advance(3000)
    play.client.send('move', new Uint8Array(0), { retries: 3 }, play.clock.now())
    play.clock.advance(300)
    play.link!.conditions = { ...perfectLink, reliable: false, loss: 1 }
    const sentMs = play.clock.now()
    play.client.send('move', new Uint8Array(0), { retries: 3 }, sentMs)
    play.clock.advance(20)
    play.link!.conditions = { ...perfectLink, reliable: false }
    let waitedMs = 0
    while (play.serverEar.events.length < 2) play.clock.advance(10)
    waitedMs = play.clock.now() - sentMs
    // 50 ms there, and about three times the 110 ms that one ack has taken
    expect(waitedMs).toBeLessThan(450)
    expect(play.client.counters.get('eventsResent')).toBe(1)
  })
})
