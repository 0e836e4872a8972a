import { readFileSync } from 'node:fs'
import {
  ClientSession,
  readHello,
  ServerSession,
  type Session,
  writeClose,
  writeRefusal,
} from '@tygase/protocol/internal'
import { describe, expect, it } from 'vitest'
import { fromClient, fromServer, readPacket } from '../../src/wire/messages.js'
import { bytesOf } from '../support/hex.js'
import { reliable } from '../support/pair.js'
import { clientOptions, Ear, serverOptions } from '../support/play.js'

const page = readFileSync(new URL('../../../../PROTOCOL.md', import.meta.url), 'utf8')
const limits = { maxPacketBytes: 1e6, maxEventsPerPacket: 100, maxEventBytes: 1000 }

type Role = 'client' | 'server'

interface Row {
  states: string[]
  event: string
  after: string
  packet: string
  statuses: string
}

/** The rows of the table whose first column is headed so. */
function rowsOf(role: Role): Row[] {
  const [, body = ''] = page.split(`| ${role} | event | after | next packet | status |\n|---|---|---|---|---|\n`)
  const lines = body.split('\n')
  return lines.slice(0, lines.indexOf('')).map((line) => {
    const [states = '', event = '', after = '', packet = '', statuses = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim())
    return { states: states.split('; '), event, after, packet, statuses }
  })
}

/** A session of the side that is looked at, and one to play its peer. */
class Stage {
  readonly role: Role
  readonly ear = new Ear()
  readonly session: Session
  readonly peerEar = new Ear()
  readonly peer: Session
  nowMs = 0

  constructor(role: Role) {
    this.role = role
    let dice = 0
    const random = (): number => {
      dice = (dice + 0.37) % 1
      return dice
    }
    const [clientEar, serverEar] = role === 'client' ? [this.ear, this.peerEar] : [this.peerEar, this.ear]
    const client = new ClientSession(clientOptions(clientEar, random), 0)
    const server = new ServerSession(serverOptions(serverEar), 0)
    ;[this.session, this.peer] = role === 'client' ? [client, server] : [server, client]
  }

  /** The client asks, and the server has its hello. */
  ask(): void {
    const client = this.role === 'client' ? this.session : this.peer
    client.attach(reliable, this.nowMs)
    const hello = client.flush(this.nowMs)!
    const server = this.role === 'client' ? this.peer : this.session
    server.attach(reliable, this.nowMs, readHello(hello))
  }

  meet(): void {
    this.ask()
    const [client, server] = this.role === 'client' ? [this.session, this.peer] : [this.peer, this.session]
    client.receive(server.flush(this.nowMs)!, this.nowMs)
    for (let i = 0; i < 5; i++) {
      const [up, down] = [client.flush(this.nowMs), server.flush(this.nowMs)]
      if (up) server.receive(up, this.nowMs)
      if (down) client.receive(down, this.nowMs)
    }
  }

  take(bytes: Uint8Array): void {
    this.session.receive(bytes, this.nowMs)
  }

  /** A welcome that answers the last hello, or one that was heard before. */
  takeWelcome(isNew: boolean): void {
    const attempt = this.#lastAttempt
    const other = new ServerSession(serverOptions(new Ear()), 0)
    const hello = {
      protocolVersion: 1,
      path: '/tag',
      receivedThrough: 0,
      attempt,
      startMs: 0,
      credentials: new Uint8Array(0),
    }
    other.attach(reliable, 0, hello)
    if (!isNew) {
      other.flush(0)
      other.attach(reliable, 0, { ...hello, resume: { clientId: 'ada', token: new Uint8Array(16) } })
    }
    this.take(other.flush(0)!)
  }

  pass(ms: number): void {
    this.nowMs += ms
    this.session.advance(this.nowMs)
  }

  /** What of handshake and end the next packet has. */
  get nextPacket(): string {
    const bytes = this.session.flush(this.nowMs)
    if (bytes === undefined) return ''
    const { hello, welcome, refuse, close } = readPacket(
      bytes,
      this.role === 'client' ? fromClient : fromServer,
      limits,
    )
    return Object.entries({ HELLO: hello, WELCOME: welcome, REFUSE: refuse, CLOSE: close })
      .filter(([, message]) => message)
      .map(([name]) => name)
      .join(' ')
  }

  /** Of the client's last hello. */
  #lastAttempt = new Uint8Array(8)

  /** Reads the hello that goes out now, for a welcome to answer it. */
  noteHello(): void {
    this.#lastAttempt = new Uint8Array(readHello(this.session.flush(this.nowMs)!).attempt)
  }
}

const ways: Record<Role, Record<string, (stage: Stage) => void>> = {
  client: {
    connecting: () => {},
    'connecting, asked': (stage) => {
      stage.session.attach(reliable, 0)
      stage.noteHello()
    },
    connected: (stage) => stage.meet(),
    suspended: (stage) => {
      stage.meet()
      stage.session.suspend(0)
    },
    'suspended, asked': (stage) => {
      stage.meet()
      stage.session.suspend(0)
      stage.session.attach(reliable, 0)
      stage.noteHello()
    },
    disconnecting: (stage) => {
      stage.meet()
      stage.session.close('kicked', '', 0)
    },
    closed: (stage) => {
      stage.meet()
      stage.session.close('kicked', '', 0)
      stage.session.flush(0)
    },
  },
  server: {
    connecting: () => {},
    connected: (stage) => stage.meet(),
    suspended: (stage) => {
      stage.meet()
      stage.session.suspend(0)
    },
    disconnecting: (stage) => {
      stage.meet()
      stage.session.close('kicked', '', 0)
    },
    closed: (stage) => {
      stage.meet()
      stage.session.close('kicked', '', 0)
      stage.session.flush(0)
    },
  },
}

const hello = bytesOf('01 54 79 47 61 06 00 01 02 03 04 05 06 07 08 00 00 00 00 00 40 8f 40 08 2f 74 61 67 00 00')

/** With the code that the event brings, where it brings one. */
const events: Record<string, { code?: string; happens: (stage: Stage) => void }> = {
  transport: { happens: ({ session }) => session.attach(reliable, 0) },
  'transport with a HELLO': { happens: ({ session }) => session.attach(reliable, 0, readHello(hello)) },
  'WELCOME of a new session': { happens: (stage) => stage.takeWelcome(true) },
  'WELCOME of the session': { happens: (stage) => stage.takeWelcome(false) },
  'REFUSE, passing code': { code: 'server_full', happens: (stage) => stage.take(writeRefusal('server_full', '')) },
  'REFUSE, other code': { code: 'refused', happens: (stage) => stage.take(writeRefusal('refused', '')) },
  'CLOSE, passing code': { code: 'shutdown', happens: (stage) => stage.take(writeClose('shutdown')) },
  'CLOSE, other code': { code: 'replaced', happens: (stage) => stage.take(writeClose('replaced')) },
  CLOSE: { code: 'disconnected', happens: (stage) => stage.take(writeClose('disconnected')) },
  'HELLO once more': { happens: (stage) => stage.take(hello) },
  'packet that breaks a rule': { happens: (stage) => stage.take(bytesOf('ff')) },
  'transport gone': { happens: ({ session }) => session.suspend(0) },
  'silence for handshakeTimeoutMs': { happens: (stage) => stage.pass(2000) },
  'silence for idleTimeoutMs': { happens: (stage) => stage.pass(5000) },
  'silence for graceMs': { happens: (stage) => stage.pass(30_000) },
  close: { code: 'disconnected', happens: ({ session }) => session.close('disconnected', '', 0) },
  'next packet': { happens: ({ session }) => void session.flush(0) },
}

/** Each state with each event: what the page says of it. */
function casesOf(role: Role): [state: string, event: string, row: Row][] {
  const rows = rowsOf(role)
  return [...new Set(rows.map(({ event }) => event))].flatMap((event) => {
    const own = rows.filter((row) => row.event === event)
    const others = own.find(({ states }) => states[0] === 'others')
    return Object.keys(ways[role]).flatMap((state) => {
      const row = own.find(({ states }) => states.includes(state)) ?? others
      return row ? [[state, event, row] as [string, string, Row]] : []
    })
  })
}

describe.each(['client', 'server'] as const)('the session of a %s, as the page has it,', (role) => {
  it('names states and events that there are, each pair once', () => {
    const pairs = rowsOf(role).flatMap(({ states, event }) => states.map((state) => `${state}: ${event}`))
    expect(new Set(pairs).size).toBe(pairs.length)
    for (const { states, event } of rowsOf(role)) {
      expect(Object.keys(events)).toContain(event)
      for (const state of states) expect([...Object.keys(ways[role]), 'others']).toContain(state)
    }
    expect(casesOf(role).length).toBe(role === 'client' ? 81 : 33)
  })

  it.each(casesOf(role))('from %s by %s', (state, event, { after, packet, statuses }) => {
    const stage = new Stage(role)
    ways[role][state]!(stage)
    const before = stage.session.status
    const hadToSay = before === 'disconnecting' ? 'CLOSE' : ''
    const heard = stage.ear.statuses.length
    const known = stage.session.closeInfo?.code
    const { code, happens } = events[event]!
    if (after.startsWith('refused')) {
      const refusal = after.split('`')[1]
      expect(() => happens(stage)).toThrowError(expect.objectContaining({ code: refusal }))
      expect(stage.session.status).toBe(before)
      return
    }
    happens(stage)
    const isUntouched = after === ''
    expect(stage.session.status).toBe(isUntouched ? before : after.split(',')[0])
    const expected = statuses.replace(', its code', ` \`${code}\``).replace(', as asked', ` \`${code}\``)
    const said = stage.ear.statuses
      .slice(heard)
      .map(([status, info]) => (info ? `${status} \`${info.code}\`` : status))
      .join('; ')
    expect(said).toBe(expected.replace(', as before', ` \`${known}\``))
    expect(stage.nextPacket).toBe(isUntouched ? hadToSay : packet)
  })
})
