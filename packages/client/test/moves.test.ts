import type { SessionStatus, Transport } from '@tygase/protocol'
import { VirtualTime } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import { followMove } from '../src/moves-part.js'
import { type TransportSource, transportSourceOf } from '../src/transport-source.js'

/** A link that notes where it goes, and the source of the address that its client was given. */
class FakeLink {
  readonly session: { status: SessionStatus } = { status: 'connecting' }
  readonly own: { path: string }
  source: TransportSource
  readonly went: TransportSource[] = []
  closed: string | undefined
  readonly opened: string[] = []

  constructor(url: string) {
    this.source = this.noting(transportSourceOf(url))
    this.own = { path: this.source.path }
  }

  noting(source: TransportSource): TransportSource {
    return { ...source, open: () => this.open(source.url!) }
  }

  open(url: string): Promise<Transport> {
    this.opened.push(url)
    return url.includes('gone') ? Promise.reject(new Error('gone')) : new Promise(() => {})
  }

  goTo(source: TransportSource): void {
    this.source = source
    this.own.path = source.path
    this.went.push(source)
  }

  async close(code: string, reason: string): Promise<void> {
    this.closed = `${code}: ${reason}`
  }
}

const { signal } = new AbortController()

function stage(url = 'wss://play.example/games/arena') {
  const time = new VirtualTime()
  const link = new FakeLink(url)
  const over = (source: TransportSource): TransportSource => link.noting(source)
  const move = (address: string): void =>
    followMove(link, address, { clock: time.clock, link: { over } }, transportSourceOf)
  return { time, link, move }
}

describe('a client that its server sends on', () => {
  it('goes to the address, and asks there for the seat that is kept for it', () => {
    const { link, move } = stage()
    move('wss://eu1.example/games/arena/42?seat=abc')
    expect(link.own.path).toBe('/games/arena/42?seat=abc')
    void link.source.open(signal)
    expect(link.opened).toEqual(['wss://eu1.example/games/arena/42?seat=abc'])
  })

  it('finds a path at the host that it was given', () => {
    const { link, move } = stage('ws://localhost:8080/arena')
    move('/arena/42?seat=abc')
    void link.source.open(signal)
    expect(link.opened).toEqual(['ws://localhost:8080/arena/42?seat=abc'])
  })

  it('follows three times, and a fourth time only if it has asked at its own address again', () => {
    const { link, move } = stage()
    const { source: home } = link
    for (const name of ['a', 'b', 'c']) move(`wss://${name}.example/arena/42`)
    expect(link.went).toHaveLength(3)
    link.source = home
    move('wss://d.example/arena/42')
    expect(link.went).toHaveLength(4)
    for (const name of ['e', 'f', 'g']) move(`wss://${name}.example/arena/42`)
    expect(link.went).toHaveLength(6)
    expect(link.closed).toBe('moved: 3 servers have sent this client on, and none takes it')
  })

  it.each([
    ['from TLS to none', 'ws://eu1.example/arena/42', /without TLS/],
    ['to a page', 'https://eu1.example/arena/42', /use wss: for https:/],
    ['to nowhere', 'ws://', /Invalid URL/],
  ])('does not go %s', (_, address, reason) => {
    const { link, move } = stage()
    move(address)
    expect(link.went).toEqual([])
    expect(link.closed).toMatch(reason)
  })

  it('asks at its own address again, for its very room, if the server there is gone', async () => {
    const { link, move } = stage()
    const { source: home } = link
    move('wss://gone.example/a/arena/42?seat=abc')
    void Promise.resolve(link.source.open(signal))
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
    expect(link.opened).toEqual(['wss://gone.example/a/arena/42?seat=abc', home.url])
    expect(link.source).toBe(home)
    expect(link.own.path).toBe('/games/arena/42')
  })

  it('gives up a server that does not answer in three seconds', async () => {
    const { time, link, move } = stage()
    move('wss://hangs.example/arena/42')
    void Promise.resolve(link.source.open(signal))
    await time.moveTo(2999, () => false)
    expect(link.opened).toHaveLength(1)
    await time.moveTo(3001, () => false)
    expect(link.opened).toHaveLength(2)
  })

  it('asks at its own address once it has lost the transport of another one: the room may be anywhere by then', async () => {
    const { link, move } = stage()
    move('wss://eu1.example/arena/42')
    void Promise.resolve(link.source.open(signal))
    void Promise.resolve(link.source.open(signal))
    expect(link.opened).toEqual(['wss://eu1.example/arena/42', 'wss://play.example/games/arena'])
  })

  it('goes to a URL without having been given one, but to no path at an unknown host', () => {
    const { link, move } = stage()
    link.source = { open: () => new Promise(() => {}), path: '/arena' }
    move('wss://eu1.example/arena/42')
    expect(link.went).toHaveLength(1)
    const other = stage()
    other.link.source = { open: () => new Promise(() => {}), path: '/arena' }
    other.move('/arena/42')
    expect(other.link.closed).toBe('moved: the room is at another server, and this client was given no URL')
  })

  it('goes nowhere once it is closed', () => {
    const { link, move } = stage()
    link.session.status = 'closed'
    move('wss://eu1.example/arena/42')
    expect([link.went.length, link.closed]).toEqual([0, undefined])
  })
})
