import {
  type ClientSession,
  closeCodes,
  encodeStateMessage,
  readHello,
  ServerSession,
  writeRefusal,
} from '@tygase/protocol/internal'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytesOf } from '../support/hex.js'
import { Pair, reliable, unreliable } from '../support/pair.js'
import { Ear, serverOptions, token } from '../support/play.js'

let pair: Pair
let client: ClientSession
let server: ServerSession
let clientEar: Ear

function begin(...options: ConstructorParameters<typeof Pair>): void {
  pair = new Pair(...options)
  ;({ client, server, clientEar } = pair)
}

beforeEach(() => begin())

describe('the states of a session', () => {
  const atClient: Record<string, () => void> = {
    connecting: () => client.attach(reliable, 0),
    connected: () => pair.connect(),
    suspended: () => {
      pair.connect()
      client.suspend(0)
    },
    resuming: () => {
      pair.connect()
      client.suspend(0)
      client.attach(reliable, 0)
      client.flush(0)
    },
    disconnecting: () => {
      pair.connect()
      client.close('disconnected', '', 0)
    },
    closed: () => {
      pair.connect()
      client.suspend(0)
      client.close('disconnected', '', 0)
    },
  }
  const close = () => client.close('kicked', 'why', 10)
  const refuse = () => client.receive(writeRefusal('refused', ''), 10)
  const refuseNow = () => client.receive(writeRefusal('server_full', ''), 10)
  const closeMessage = () => {
    server.close('shutdown', '', 10)
    client.receive(server.flush(10)!, 10)
  }
  const answerOf = (other: ServerSession) => {
    other.attach(reliable, 10, readHello(client.flush(10)!))
    client.receive(other.flush(10)!, 10)
  }
  const violation = () => client.receive(bytesOf('ff'), 10)

  it.each<[from: string, what: string, happens: () => void, status: string, code: string | undefined]>([
    ['connecting', 'the welcome comes', () => answerOf(server), 'connected', undefined],
    ['connecting', 'a refusal comes', refuse, 'closed', 'refused'],
    ['connecting', 'a refusal of the attempt comes', refuseNow, 'connecting', 'server_full'],
    ['connecting', 'no answer comes', () => client.advance(2000), 'closed', 'handshake_timeout'],
    ['connecting', 'the transport goes', () => client.suspend(10), 'connecting', undefined],
    ['connecting', 'the caller closes before the hello is sent', close, 'closed', 'kicked'],
    ['connecting', 'the peer breaks the rules', violation, 'closed', 'malformed'],
    ['connected', 'the transport goes', () => client.suspend(10), 'suspended', 'transport_lost'],
    ['connected', 'nothing comes', () => client.advance(5000), 'suspended', 'idle'],
    ['connected', 'another transport comes', () => client.attach(reliable, 10), 'suspended', 'replaced'],
    ['connected', 'the peer closes', closeMessage, 'closed', 'shutdown'],
    ['connected', 'the caller closes', close, 'disconnecting', 'kicked'],
    ['connected', 'the peer breaks the rules', violation, 'disconnecting', 'malformed'],
    ['connected', 'a refusal comes', refuse, 'disconnecting', 'unexpected_message'],
    ['suspended', 'the grace is over', () => client.advance(30_000), 'closed', 'grace_over'],
    ['suspended', 'the caller closes', close, 'closed', 'kicked'],
    ['suspended', 'the transport goes again', () => client.suspend(10), 'suspended', 'transport_lost'],
    ['resuming', 'a refusal comes', refuse, 'closed', 'refused'],
    ['resuming', 'a refusal of the attempt comes', refuseNow, 'suspended', 'server_full'],
    ['resuming', 'no answer comes', () => client.advance(2000), 'suspended', 'handshake_timeout'],
    ['resuming', 'the grace is over', () => client.advance(30_000), 'closed', 'grace_over'],
    ['resuming', 'the caller closes', close, 'disconnecting', 'kicked'],
    ['disconnecting', 'the close is written', () => client.flush(10), 'closed', 'disconnected'],
    ['disconnecting', 'the transport goes', () => client.suspend(10), 'closed', 'disconnected'],
    ['disconnecting', 'a second passes', () => client.advance(1000), 'closed', 'disconnected'],
    ['disconnecting', 'the caller closes again', close, 'disconnecting', 'disconnected'],
    ['closed', 'the caller closes again', close, 'closed', 'disconnected'],
  ])('from %s, when %s', (from, _what, happens, status, code) => {
    atClient[from]!()
    happens()
    expect(client.status).toBe(status)
    expect(clientEar.statuses.at(-1)?.[1]?.code).toBe(code)
    if (status === 'closed' || status === 'disconnecting') expect(client.closeInfo?.code).toBe(code)
    else expect(client.closeInfo).toBeUndefined()
  })

  it('are sent to the peer with code and reason if this side ends the session', () => {
    pair.connect()
    server.close('kicked', 'be nice', 10)
    expect(server.status).toBe('disconnecting')
    client.receive(server.flush(10)!, 10)
    expect(server.status).toBe('closed')
    expect(client.closeInfo).toStrictEqual({ code: 'kicked', reason: 'be nice', byPeer: true })
    expect(server.flush(10)).toBeUndefined()
  })

  it('are sent three times over a transport that may lose them, and once over others', () => {
    for (const [transport, times] of [
      [reliable, 1],
      [unreliable, 3],
    ] as const) {
      begin()
      pair.connect(0, transport)
      pair.exchange(1)
      server.close('kicked', '', 10)
      const packets: Uint8Array[] = []
      for (let packet = server.flush(10); packet; packet = server.flush(10)) packets.push(packet)
      expect(packets).toHaveLength(times)
      expect(server.status).toBe('closed')
      // whichever arrives
      client.receive(packets.at(-1)!, 20)
      expect(client.closeInfo?.code).toBe('kicked')
    }
  })

  it('have the sentence of the table if no reason is given', () => {
    pair.connect()
    server.close('shutdown', '', 10)
    expect(server.closeInfo?.reason).toBe(closeCodes.shutdown.reason)
  })

  it('refuse a new transport and new events once closed', () => {
    atClient.closed!()
    const code = expect.objectContaining({ code: 'session_closed' })
    expect(() => client.attach(reliable, 20)).toThrowError(code)
    expect(() => client.send('move', new Uint8Array(0), {}, 20)).toThrowError(code)
    expect(() => client.reply(1, { kind: 'done' })).not.toThrow()
    expect(client.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('the handshake', () => {
  it('gives the client its id, the names and the payload of the server', () => {
    expect(client.clientId).toBeUndefined()
    pair.connect()
    expect(client.clientId).toBe('ada')
    expect(client.names).toStrictEqual(['move', 'shout'])
    expect(client.welcome).toStrictEqual(new Uint8Array([1, 2, 3]))
    expect(server.status).toBe('connected')
  })

  it('lets no event be sent before it', () => {
    client.attach(reliable, 0)
    expect(() => client.send('move', new Uint8Array(0), {}, 0)).toThrowError(
      expect.objectContaining({ code: 'not_connected' }),
    )
  })

  it('sends the same hello again on a transport that may lose it, and the same welcome [M10]', () => {
    client.attach(unreliable, 0)
    const hello = client.flush(0)!
    expect(client.flush(100)).toBeUndefined()
    expect(client.nextDeadline()).toBe(250)
    client.advance(250)
    expect(client.flush(250)).toStrictEqual(hello)
    server.attach(unreliable, 0, readHello(hello))
    const welcome = server.flush(0)!
    server.receive(hello, 1)
    const again = server.flush(1)!
    expect(again.slice(0, 60)).toStrictEqual(welcome.slice(0, 60))
    client.receive(again, 2)
    expect(client.status).toBe('connected')
    client.receive(welcome, 3)
    expect(client.status).toBe('connected')
  })

  it('ignores packets before the welcome', () => {
    client.attach(unreliable, 0)
    const hello = client.flush(0)!
    client.receive(encodeStateMessage(1, undefined, new Uint8Array(1)), 1)
    client.receive(bytesOf('17 01 01'), 1)
    server.attach(unreliable, 0, readHello(hello))
    client.receive(server.flush(2)!, 2)
    expect(clientEar.states).toStrictEqual([])
    expect(clientEar.events).toStrictEqual([])
  })

  it('ignores the welcome of an attempt to resume that was given up', () => {
    let dice = 0.1
    begin({}, () => dice)
    pair.connect(0, unreliable)
    client.suspend(1)
    const attempt = (at: number): Uint8Array => {
      dice += 0.1
      client.attach(unreliable, at)
      server.attach(unreliable, at, readHello(client.flush(at)!))
      return server.flush(at)!
    }
    const late = attempt(10)
    client.suspend(20)
    const [...again] = attempt(30)
    client.receive(late, 40)
    expect(client.status).toBe('suspended')
    client.receive(new Uint8Array(again), 50)
    expect(client.status).toBe('connected')
  })

  it('of a client whose welcome got lost with its transport finds the session that was begun for it', () => {
    client.attach(reliable, 0)
    const first = readHello(client.flush(0)!)
    server.attach(reliable, 0, first)
    server.send('shout', new Uint8Array(0), { retries: 1 }, 0)
    server.flush(0)
    expect(server.isExpected({ ...first, attempt: new Uint8Array(8) })).toBe(false)
    client.suspend(10)
    server.suspend(10)
    client.attach(reliable, 20)
    const second = readHello(client.flush(20)!)
    expect(server.isExpected(second)).toBe(true)
    server.attach(reliable, 20, second)
    client.receive(server.flush(20)!, 20)
    pair.exchange(30)
    expect([client.clientId, clientEar.names]).toStrictEqual(['ada', ['shout']])
    // who has met the session may resume it, and nobody else gets at it by this hello
    expect(server.isExpected(second)).toBe(false)
  })

  it('ends the session if a client that wants to resume gets another one', () => {
    pair.connect()
    client.suspend(10)
    client.attach(reliable, 10)
    const other = new ServerSession(serverOptions(new Ear()), 10)
    other.attach(reliable, 10, readHello(client.flush(10)!))
    client.receive(other.flush(10)!, 10)
    expect(client.closeInfo?.code).toBe('resume_failed')
  })

  it('knows the right token from wrong ones', () => {
    expect(server.matchesToken(token)).toBe(true)
    expect(server.matchesToken(token.slice(1))).toBe(false)
    expect(server.matchesToken(new Uint8Array([...token, 0]))).toBe(false)
    expect(server.matchesToken(new Uint8Array(16))).toBe(false)
  })

  it('says which version the replica holds, and a delta starts from it', () => {
    pair.connect()
    server.stateSent(7)
    client.stateHeld(7)
    client.suspend(10)
    server.suspend(10)
    pair.connect(20)
    expect(server.stateBase).toBe(7)
  })
})
