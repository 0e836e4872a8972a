import { defineGame, EntityMap } from '@tygase/gamestate'
import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { ClientSession, closeCodes, lossyDelivery } from '@tygase/protocol'
import { Server } from '@tygase/server'
import { VirtualClock } from '@tygase/testkit/internal'
import { Dice, pick } from '../dice.js'
import { FakeTransport } from '../support/fake-transport.js'
import { farPacket } from '../support/far-packets.js'
import { joinPackets, splitPackets } from '../support/packets.js'
import { demand, type Target } from '../target.js'

const anything = {
  '~standard': { version: 1 as const, vendor: 'fuzz', validate: (value: unknown) => ({ value }) },
}

/** A rule that takes any data of a stranger, and one that an honest client relies on. */
const game = defineGame({
  initialState: () => ({ count: 0, heard: [] as string[], players: new EntityMap<{ hp: number }>() }),
  tickRate: 20,
  events: (on) => ({
    say: on(anything, (state, data) => {
      if (typeof data === 'string') state.heard = [...state.heard.slice(-3), data]
    }),
    count: on((state) => ++state.count),
  }),
  onJoin: (state, ctx) => void state.players.set(ctx.client.id, { hp: 1 }),
  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
})

const honestRetries = 3
const closeNames = new Map(Object.entries(closeCodes).map(([name, { number }]) => [number as number, name]))

/** A client's session over a transport whose server end the server has. */
class Peer {
  readonly transport: FakeTransport
  readonly written: Uint8Array[] = []
  readonly session: ClientSession
  #read = 0

  constructor(reliable: boolean, random: () => number) {
    this.transport = new FakeTransport(reliable)
    const listener = {
      onEvent: ({ sequence }: { sequence: number }) => this.session.reply(sequence, { kind: 'done' }),
      onState: (version: number) => this.session.stateHeld(version),
    }
    this.session = new ClientSession({ path: '/', random, listener }, 0)
    this.session.attach({ reliable, lossy: lossyDelivery }, 0)
  }

  /** Reads what the server has sent and answers. */
  exchange(now: number): void {
    for (; this.#read < this.transport.sent.length; this.#read++)
      this.session.receive(this.transport.sent[this.#read]!, now)
    this.session.advance(now)
    for (let packet = this.session.flush(now); packet !== undefined; packet = this.session.flush(now)) {
      this.written.push(packet.slice())
      this.transport.onBytes?.(packet)
    }
  }
}

class Stage {
  readonly clock = new VirtualClock()
  readonly server: Server<typeof game>

  constructor() {
    const random = new Dice(7).random
    const limits = { graceMs: 1000, handshakeTimeoutMs: 500 }
    this.server = new Server({ game, clock: this.clock, random, limits, logger: false })
    void this.server.run({ port: false })
  }

  admit(reliable: boolean, random: () => number): Peer {
    const peer = new Peer(reliable, random)
    this.server.acceptTransport(peer.transport)
    this.play([peer], 2)
    return peer
  }

  play(peers: readonly Peer[], ticks: number): void {
    for (let tick = 0; tick < ticks; tick++) {
      for (const peer of peers) peer.exchange(this.clock.now())
      this.clock.advance(50)
    }
    for (const peer of peers) peer.exchange(this.clock.now())
  }
}

/** What an honest client writes: the hello, then events, acks and times. */
function recordHonest(reliable: boolean, seed: number): Uint8Array[] {
  const stage = new Stage()
  const peer = stage.admit(reliable, new Dice(seed).random)
  for (let round = 0; round < 6; round++) {
    const payload = encodeValue(['x', { a: [1, 2] }, 5, 'y'.repeat(50)][round % 4])
    for (const name of ['say', 'count', 'nobody'])
      peer.session.send(name, payload, { retries: round % 2 }, stage.clock.now())
    stage.play([peer], 2)
  }
  return peer.written
}

/** The first byte is the kind of transport (bit 0); then the packets that a stranger sends, one per tick. */
export const server: Target = {
  name: 'server',
  about: 'a server that gets packets from a stranger while an honest client plays on',
  share: 1,
  corpus(dice) {
    const honest = [true, false].flatMap((reliable) => [recordHonest(reliable, 1), recordHonest(reliable, 2)])
    const whole = honest.map((packets, index) => Uint8Array.of(index >> 1, ...joinPackets(packets)))
    return [...whole, ...Array.from({ length: 60 }, () => mix(dice, honest))]
  },
  run(input) {
    const stage = new Stage()
    const friend = stage.admit(true, new Dice(3).random)
    const stranger = new FakeTransport(((input[0] ?? 0) & 1) === 0)
    stage.server.acceptTransport(stranger)
    for (const packet of splitPackets(input.subarray(1)).slice(0, 12)) {
      stranger.onBytes?.(packet)
      stage.play([friend], 1)
    }
    const { closeCode } = stranger
    if (closeCode !== undefined) demand(closeNames.has(closeCode), `the transport was closed with ${closeCode}`)
    checkFriend(stage, friend)
    const { clients } = stage.server
    demand(clients.size <= 2, `a single stranger has ${clients.size - 1} sessions`)
    stranger.close(1006, '')
    stage.play([friend], 40)
    demand(stage.server.clients.size === 1, 'a session outlives its grace time')
    checkFriend(stage, friend)
    void stage.server.shutdown()
    const { refusedTransports, eventsUnknown } = stage.server.stats
    return `ok ${closeCode && closeNames.get(closeCode)} ${refusedTransports} ${Math.min(eventsUnknown, 4)}`
  },
}

/** @throws Violation if the honest client does not get the answer that is due to it */
function checkFriend(stage: Stage, friend: Peer): void {
  const before = stage.server.store.state.count
  let answer: unknown
  const onAck = (payload: Uint8Array | undefined): void => {
    answer = payload === undefined ? undefined : decodeValue(payload)
  }
  friend.session.send('count', new Uint8Array(0), { retries: honestRetries, onAck }, stage.clock.now())
  stage.play([friend], 3)
  demand(answer === before + 1, `the honest client was answered ${String(answer)} and not ${before + 1}`)
  demand(stage.server.store.state.players.has(friend.session.clientId!), 'the honest client has gone from the game')
}

/** A hello that counts, then packets of any session, and some that no session would send. */
function mix(dice: Dice, sessions: readonly Uint8Array[][]): Uint8Array {
  const hello = pick(dice, sessions)[0]!
  const others = Array.from({ length: dice.below(8) }, () =>
    dice.below(4) === 0 ? farPacket(dice) : pick(dice, pick(dice, sessions)),
  )
  return Uint8Array.of(dice.below(2), ...joinPackets([hello, ...others]))
}
