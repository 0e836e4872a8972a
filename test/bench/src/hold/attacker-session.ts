import type { ClientSession } from '@tygase/protocol/internal'
import { channelNames, gameEvents, noisePerShout, shoutEvent, waitEvent } from './game.js'
import type { Member, Preparation } from './generator/packets.js'
import type { World } from './generator/world.js'
import type { Library } from './library.js'

const joinedEvent = '$joined'
const noBytes = new Uint8Array(0)
/** A session does not refuse what its attacker wants. */
const limits = { maxQueuedEvents: Number.POSITIVE_INFINITY, maxQueuedBytes: Number.POSITIVE_INFINITY }

/** How an attacker introduces itself. */
export interface AttackerHello {
  /** Names the room. */
  readonly path: string
  readonly credentials?: Uint8Array
  /** Of the session that another page of the client has had. */
  readonly rejoin?: ClientSession['secret']
  /** True over transports that may lose packets. */
  readonly isLossy?: boolean
  /** Further texts that mean something to the server. */
  readonly texts?: readonly string[]
}

/** A client's session that joins and prepares as a client may, and then leaves its transport to forged packets. */
export class AttackerSession {
  readonly session: ClientSession
  readonly world: World
  /** The first packet: an honest hello. */
  #hello: Uint8Array | undefined
  /** True once the game has let it in. */
  isJoined = false
  /** False: the server's events stay without acks. */
  #isAnswering = true
  /** The number of events that the session has sent, or believes to have sent. */
  #sent = 0
  readonly #library: Library
  #send: (packet: Uint8Array) => void

  constructor(
    library: Library,
    hello: AttackerHello,
    random: () => number,
    send: (packet: Uint8Array) => void,
    now: number,
  ) {
    this.#library = library
    this.#send = send
    const world = {
      isLossy: hello.isLossy === true,
      nextSequence: 1,
      serverSequence: 0,
      version: 0,
      names: [] as readonly string[],
      texts: [...gameEvents, ...channelNames.slice(0, 2), 'room', 'server', ...(hello.texts ?? [])],
      channels: [channelNames[0]!, channelNames.at(-1)!, 'nobody made it', 'n'.repeat(64), 'öäü', ''],
    }
    this.world = world
    const listener = {
      onEvent: ({ name, sequence }: { name: string; sequence: number }) => {
        world.serverSequence = Math.max(world.serverSequence, sequence)
        if (name === joinedEvent) this.isJoined = true
        if (this.#isAnswering) this.session.reply(sequence, { kind: 'done' })
      },
      onState: (version: number) => {
        world.version = version
        this.session.stateHeld(version)
      },
    }
    this.session = new library.protocol.ClientSession({ ...hello, random, listener, limits }, now)
    this.#attach(now)
    this.flush(now)
  }

  /** True while another transport may go on with it. */
  get mayGoOn(): boolean {
    const { secret, status } = this.session
    return secret !== undefined && status !== 'closed' && status !== 'disconnecting'
  }

  /** Goes on over another transport. */
  move(send: (packet: Uint8Array) => void, now: number): void {
    this.#send = send
    this.session.suspend(now)
    this.#attach(now)
    this.flush(now)
  }

  /** Says goodbye. */
  leave(now: number): void {
    this.session.close('disconnected', '', now)
    for (let packet = this.session.flush(now); packet !== undefined; packet = this.session.flush(now)) {
      this.#send(packet)
    }
  }

  /** An honest packet of the kind, if its session begins with one. */
  exampleOf({ kind }: Member): Uint8Array | undefined {
    return kind.name === 'message/hello' ? this.#hello : undefined
  }

  receive(packet: Uint8Array, now: number): void {
    this.session.receive(packet, now)
    this.world.names = this.session.names
  }

  /** Queues all that a member prepares. Its events count in the world. */
  prepare({ waiting, unacked, channels }: Preparation, now: number): void {
    const { encodeValue } = this.#library.gamestate
    this.#isAnswering = unacked === 0
    for (let shouts = 0; shouts * noisePerShout < unacked; shouts++) this.#event(shoutEvent, undefined, now)
    for (const name of channelNames.slice(0, channels)) {
      this.#event('$channels', encodeValue(['subscribe', 'room', name]), now)
    }
    for (let count = 0; count < waiting; count++) this.#event(waitEvent, undefined, now)
    this.flush(now)
  }

  /** Acks and answers until now. */
  flush(now: number): void {
    if (this.session.status === 'closed' || this.session.status === 'disconnecting') return
    this.session.advance(now)
    for (let packet = this.session.flush(now); packet !== undefined; packet = this.session.flush(now)) {
      this.#hello ??= packet
      this.#send(packet)
    }
  }

  /**
   * Lets the session know of events that were forged since the last call, up to `world.nextSequence`: it would end itself on
   * an ack of an event that it has never sent.
   */
  knowForged(now: number): void {
    this.flush(now)
    if (this.session.status !== 'connected') return
    for (; this.#sent < this.world.nextSequence - 1; this.#sent++) {
      this.session.send('count', noBytes, { retries: Number.POSITIVE_INFINITY }, now)
    }
    // the forged ones have gone in their place
    while (this.session.flush(now) !== undefined);
  }

  #attach(now: number): void {
    const { isLossy } = this.world
    const { lossyDelivery } = this.#library.protocol
    this.session.attach(isLossy ? { reliable: false, lossy: lossyDelivery } : { reliable: true }, now)
  }

  #event(name: string, payload: Uint8Array | undefined, now: number): void {
    this.session.send(name, payload ?? noBytes, { retries: Number.POSITIVE_INFINITY }, now)
    this.#sent++
    this.world.nextSequence++
  }
}
