import { predict } from '@tygase/client/predict'
import { type AnyGame, createRandom, EntityMap, encodeDelta } from '@tygase/gamestate'
import { World, type WorldClient } from '@tygase/testkit/world'
import { Fingerprint } from './fingerprint.js'
import type { LoadedGame } from './game-code.js'
import { isPartMissing } from './missing-part.js'
import type { Effect, Hands, Player, View } from './play.js'
import {
  type Change,
  frameMs,
  type Input,
  type LinkSettings,
  maxFrames,
  type RunRecord,
  type Switch,
} from './record.js'

/** Bots act in each sixth frame: about ten times a second. */
const framesBetweenBots = 6
/** The streams of random numbers of bots, and of hands. */
const botStream = 0x626f74
const handStream = 0x68616e64
/** Effects are shown for so long. */
const effectSeconds = 2
/** Versions that can be looked at: about three minutes of a game at 30 Hz. */
const maxMoments = 6000
const maxProblems = 50

/** A version of the server, and what each client had and drew when it was made. */
export interface Moment {
  readonly version: number
  /** The frame at whose end it was there. */
  readonly frame: number
  readonly state: unknown
  /** Undefined for a client that had not joined. */
  readonly views: readonly (View<AnyGame> | undefined)[]
}

/** What a client's last seconds cost, and how well it agrees with the server. */
export interface ClientFigures {
  readonly status: string
  readonly rttMs: number | undefined
  readonly jitterMs: number | undefined
  /** Since the session began. */
  readonly bytesIn: number
  readonly bytesOut: number
  readonly aheadTicks: number
  readonly delayMs: number
  readonly corrections: number
  readonly lastCorrection: number
  readonly isHost: boolean
  readonly isBot: boolean
  readonly isCut: boolean
  readonly predicts: boolean
  readonly link: LinkSettings
  /** The last refusal of a person's event, in the last three seconds. */
  readonly refusal: string | undefined
}

/** An own client of the run. */
interface Seat {
  readonly client: WorldClient
  readonly prediction: ReturnType<typeof predict> | undefined
  readonly random: () => number
  readonly effects: { readonly name: string; readonly data: unknown; readonly atSeconds: number }[]
  /** The last data of each event that was held. */
  readonly held: Map<string, string>
  /** The last presence. */
  shown: string
  link: LinkSettings
  isBot: boolean
  refusal: { readonly text: string; readonly frame: number } | undefined
  view: View<AnyGame> | undefined
}

/**
 * A server and one to four clients in virtual time. It follows from the code of the game and the record alone: the same frames
 * with the same inputs give the same packets at the same times, in every browser and in Node.
 *
 * Each frame is `frameMs` of virtual time: inputs first, then bots, then the time, then the picture of each client. Pictures are
 * part of the run, since a client tells the server what its screen has shown.
 */
export class Run {
  readonly #record: Pick<RunRecord, 'seed' | 'links'>
  readonly #world: World
  readonly #packets: Fingerprint
  readonly #seats: Seat[] = []
  readonly #inputs: Input[] = []
  readonly #problems: string[] = []
  readonly #moments: Moment[] = []
  #loaded: LoadedGame
  #script: RunRecord | undefined
  /** Place of the next input of the script. */
  #next = -1
  #frame = 0
  #version = -1

  /** Starts a run. Its clients connect in the first frames. @throws errors of the game's own code */
  static async start(loaded: LoadedGame, record: Pick<RunRecord, 'seed' | 'links'>): Promise<Run> {
    const packets = new Fingerprint()
    const { game, play } = loaded
    const world: World = await World.start({
      game,
      seed: record.seed,
      room: play.room,
      onPacket(client, fromServer, bytes) {
        packets.mixNumber(world.nowMs)
        packets.mix([client, Number(fromServer)])
        packets.mix(bytes)
      },
    })
    return new Run(loaded, record, world, packets)
  }

  private constructor(
    loaded: LoadedGame,
    record: Pick<RunRecord, 'seed' | 'links'>,
    world: World,
    packets: Fingerprint,
  ) {
    this.#loaded = loaded
    this.#record = record
    this.#world = world
    this.#packets = packets
    for (const [index, link] of record.links.entries()) this.#seats.push(this.#seat(index, link))
  }

  /** How many frames have been played. */
  get frame(): number {
    return this.#frame
  }

  /** True if it may not go on: see `maxFrames`. */
  get isFull(): boolean {
    return this.#frame >= maxFrames
  }

  /** The version of the server. */
  get version(): number {
    return this.#world.server.store.version
  }

  /** The kept versions, the oldest first. */
  get moments(): readonly Moment[] {
    return this.#moments
  }

  /** Sentences about what went wrong, the newest last. */
  get problems(): readonly string[] {
    return this.#problems
  }

  get state(): unknown {
    return this.#world.server.store.state
  }

  /** The newest picture of each client; undefined before it has joined. */
  get views(): readonly (View<AnyGame> | undefined)[] {
    return this.#seats.map(({ view }) => view)
  }

  /** All that this run follows from, up to now. */
  get record(): RunRecord {
    return { ...this.#record, frames: this.#frame, inputs: this.#inputs }
  }

  /** One number for all packets so far with their times, and for the newest version: 16 hexadecimal digits. */
  get fingerprint(): string {
    const print = this.#packets.fork()
    const { version, state } = this.#world.server.store
    print.mixNumber(this.#frame)
    print.mixNumber(version)
    print.mix(encodeDelta(undefined, state))
    return print.toString()
  }

  figures(index: number): ClientFigures {
    const { client, prediction, isBot, link, refusal } = this.#seats[index]!
    const { isCut } = client
    // a bot tries what a person would not
    const isNews = refusal !== undefined && !isBot && (this.#frame - refusal.frame) * frameMs < 3000
    const shown = isNews ? refusal.text : undefined
    const own = { isBot, isCut, link, refusal: shown, predicts: prediction?.enabled ?? false }
    if (!client.hasConnected) {
      const status = client.isGone ? 'refused' : 'connecting'
      const none = { rttMs: undefined, jitterMs: undefined, bytesIn: 0, bytesOut: 0, aheadTicks: 0, delayMs: 0 }
      return { ...own, ...none, status, corrections: 0, lastCorrection: 0, isHost: false }
    }
    const { status, rttMs, jitterMs, stats, feel, isHost } = client.connection
    const { aheadTicks, delayMs, corrections, lastCorrection } = feel
    const { bytesIn, bytesOut } = stats
    return {
      ...own,
      status,
      rttMs,
      jitterMs,
      bytesIn,
      bytesOut,
      aheadTicks,
      delayMs,
      corrections,
      lastCorrection,
      isHost,
    }
  }

  /**
   * Takes an input at this moment and writes it down.
   * @throws whatever the client says about an event that cannot be sent
   */
  take(client: number, change: Change): void {
    const input: Input = { frame: this.#frame, client, ...change }
    this.#inputs.push(input)
    try {
      this.#apply(input)
    } catch (error) {
      // one that cannot be sent is none, unless the whole library can
      if (!isPartMissing()) this.#inputs.pop()
      throw error
    }
  }

  /** The hands of a person at a client. What they send is written down as inputs. */
  control(index: number, hands: Hands): void {
    const seat = this.#seats[index]!
    const { view } = seat
    const { control } = this.#loaded.play
    if (view === undefined || control === undefined || seat.client.isGone) return
    if (seat.isBot) this.take(index, { kind: 'hand' })
    this.#guard('control', () => control(hands, this.#playerOf(seat, view, true)))
  }

  /** Takes the inputs of a record from here on, each in its frame. The record is that of a run which began in the same way. */
  follow(record: RunRecord | undefined): void {
    this.#script = record
    this.#next = record?.inputs.findIndex(({ frame }) => frame >= this.#frame) ?? -1
  }

  /** Plays one frame. @throws SimulationError `time_stands_still` if nothing can go on */
  async step(): Promise<void> {
    this.#takeScript()
    if (this.#frame % framesBetweenBots === 0) this.#runBots()
    await this.#world.step(frameMs)
    this.#frame++
    for (const seat of this.#seats) this.#look(seat)
    this.#noteProblems()
    const { store } = this.#world.server
    if (store.version === this.#version) return
    this.#version = store.version
    const { version, state } = store
    this.#moments.push({ version, state, frame: this.#frame, views: this.views })
    if (this.#moments.length > maxMoments) this.#moments.shift()
  }

  /** Plays a record from here to its end, or until `isDone`. */
  async replay(record: RunRecord, isDone: () => boolean = () => false): Promise<void> {
    this.follow(record)
    while (this.#frame < record.frames && !isDone()) await this.step()
  }

  /** True if the state has the parts that these rules begin with, each of the same kind. */
  fits({ game }: LoadedGame): boolean {
    const state = this.state as Readonly<Record<string, unknown>>
    const begin = game.initialState() as Readonly<Record<string, unknown>>
    const keys = Object.keys(begin)
    return keys.length === Object.keys(state).length && keys.every((key) => kindOf(state[key]) === kindOf(begin[key]))
  }

  /**
   * Goes on with other rules, from the next tick on. The record stays that of a run with one set of rules: whoever wants a
   * link plays it again from the start.
   * @throws GameStateError if the rules cannot take over
   */
  swap(loaded: LoadedGame): void {
    const before = this.#loaded.game
    this.#world.server.replaceGame(before, loaded.game)
    this.#loaded = loaded
    for (const seat of this.#seats) {
      if (!seat.client.hasConnected) continue
      seat.client.connection.replaceGame(loaded.game)
      this.#listen(seat, before)
    }
  }

  #seat(index: number, link: LinkSettings): Seat {
    const { play } = this.#loaded
    const prediction = play.predict === false ? undefined : predict()
    const client = this.#world.addClient({
      link: conditionsOf(link),
      connect: {
        ...(prediction && { predict: prediction }),
        ...(play.join && { data: play.join(index) }),
      },
      onConnect: () => this.#listen(seat),
    })
    client.connected.catch((error: unknown) => this.#note(`Client ${index + 1} cannot join: ${sentenceOf(error)}`))
    const random = createRandom(this.#record.seed, botStream, index)
    const seat: Seat = {
      ...{ client, prediction, random, link, effects: [], held: new Map<string, string>(), shown: '' },
      ...{ isBot: play.bot !== undefined, refusal: undefined, view: undefined },
    }
    return seat
  }

  /** Handles the server events that the game declares, so far as `before` has not. */
  #listen(seat: Seat, before?: AnyGame): void {
    const { connection } = seat.client
    for (const name of Object.keys(this.#loaded.game.serverEvents)) {
      if (before !== undefined && Object.hasOwn(before.serverEvents, name)) continue
      const drop = (data: unknown): void => {
        const place = seat.effects.findLastIndex((effect) => effect.name === name && effect.data === data)
        if (place >= 0) seat.effects.splice(place, 1)
      }
      const handle = (data: unknown): void => {
        seat.effects.push({ name, data, atSeconds: this.#world.nowMs / 1000 })
      }
      connection.registerEventHandler(name, handle, { onRetract: drop })
    }
  }

  #look(seat: Seat): void {
    const { client, effects } = seat
    if (!client.hasConnected) return
    const { connection, index } = client
    const { clientId: me, isHost, state, time } = connection
    const presence = connection.presence.all
    const seconds = this.#world.nowMs / 1000
    while (effects.length > 0 && seconds - effects[0]!.atSeconds > effectSeconds) effects.shift()
    // reason: names and data belong together, as they came
    const shown = effects.map(({ name, data, atSeconds }) => ({ name, data, age: seconds - atSeconds })) as unknown[]
    const scene = connection.scene()
    seat.view = { me, index, isHost, state, time, seconds, scene, presence, effects: shown as Effect<AnyGame>[] }
  }

  #takeScript(): void {
    const inputs = this.#script?.inputs ?? []
    for (; inputs[this.#next]?.frame === this.#frame; this.#next++) {
      const { frame: _, client, ...change } = inputs[this.#next]!
      this.#guard('an event', () => this.take(client, change))
    }
  }

  #runBots(): void {
    const { bot } = this.#loaded.play
    if (bot === undefined) return
    for (const seat of this.#seats) {
      const { view } = seat
      if (!seat.isBot || view === undefined || seat.client.isGone) continue
      this.#guard('bot', () => bot(this.#playerOf(seat, view, false)))
    }
  }

  /** @param isPerson a person's events are inputs; those of a bot follow from the run */
  #playerOf(seat: Seat, view: View<AnyGame>, isPerson: boolean): Player<AnyGame> {
    const { index } = seat.client
    const send = (name: string, given?: unknown, { replace = false }: { replace?: boolean } = {}): void => {
      // what a link could not carry is not sent either
      const data: unknown = given === undefined ? undefined : JSON.parse(JSON.stringify(given))
      if (isPerson) this.take(index, { kind: 'send', name, data, replace })
      else this.#send(seat, name, data, replace)
    }
    const hold = (name: string, data: unknown): void => {
      const text = JSON.stringify(data)
      if (seat.held.get(name) === text) return
      send(name, data)
      seat.held.set(name, text)
    }
    const show = (given: unknown): void => {
      const text = JSON.stringify(given)
      if (seat.shown === text) return
      const change = { kind: 'show', presence: JSON.parse(text) as unknown } as const
      if (isPerson) this.take(index, change)
      else this.#apply({ frame: this.#frame, client: index, ...change })
    }
    // a person's numbers are not played again, so bots have a stream of their own
    const random = isPerson ? createRandom(this.#record.seed, handStream, index, this.#frame) : seat.random
    return { ...view, send, hold, show, random } as Player<AnyGame>
  }

  #apply({ client, ...change }: Input): void {
    const seat = this.#seats[client]
    if (seat === undefined) return
    if (change.kind === 'send') return this.#send(seat, change.name, change.data, change.replace)
    if (change.kind === 'show') {
      seat.shown = JSON.stringify(change.presence)
      if (seat.client.hasConnected && !seat.client.isGone) seat.client.connection.presence.set(change.presence)
      return
    }
    if (change.kind === 'link') {
      seat.link = change.link
      seat.client.setLink(conditionsOf(change.link))
      return
    }
    this.#switch(seat, change.kind)
  }

  #switch(seat: Seat, kind: Switch): void {
    if (kind === 'cut') seat.client.cut()
    else if (kind === 'heal') seat.client.heal()
    else if (kind === 'bot' || kind === 'hand') {
      seat.isBot = kind === 'bot'
      seat.held.clear()
    } else if (seat.prediction !== undefined) seat.prediction.enabled = kind === 'ahead'
  }

  #send(seat: Seat, name: string, data: unknown, replace: boolean): void {
    if (!seat.client.hasConnected || seat.client.isGone) return
    const dispatch = seat.client.connection.dispatchEvent as (name: string, data: unknown, options: object) => void
    const onFail = (error: { refusal?: { message: string } | undefined; message: string }): void => {
      seat.refusal = { text: error.refusal?.message ?? error.message, frame: this.#frame }
    }
    dispatch(name, data, { retries: Number.POSITIVE_INFINITY, onFail, ...(replace && { replace }) })
  }

  /** Runs the game's own code: what it throws is a problem, and stops nothing. */
  #guard(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#note(`${what}: ${sentenceOf(error)}`)
    }
  }

  #noteProblems(): void {
    for (const { client, message, details } of this.#world.takeProblems()) {
      // a client that is cut says again and again that it cannot connect
      if (message === 'lines that repeat') continue
      const { err } = details as { err?: unknown }
      const who = client === undefined ? 'server' : `client ${client + 1}`
      this.#note(`${who}: ${message}${err === undefined ? '' : `: ${sentenceOf(err)}`}`)
    }
  }

  /** Adds a sentence that is not there yet. */
  #note(text: string): void {
    const short = text.slice(0, 500)
    if (this.#problems.includes(short)) return
    this.#problems.push(short)
    if (this.#problems.length > maxProblems) this.#problems.shift()
  }
}

function conditionsOf({ latencyMs, jitterMs, lossPercent }: LinkSettings) {
  return { latencyMs, jitterMs, loss: lossPercent / 100, duplicate: 0, reorder: 0, reliable: true }
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value
  return Array.isArray(value) ? 'array' : value instanceof EntityMap ? 'map' : 'object'
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
