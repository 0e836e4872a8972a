import type { Clock } from '@tygase/gamestate'
import { ByteWriter } from '@tygase/gamestate/internal'
import { messages, protocolVersion, writeMessage } from '@tygase/protocol/internal'
import type { AcceptedTransport } from '../entrance/listener.js'
import type { SettledRoomOptions } from '../options.js'
import type { RoomKind } from '../rooms/kind.js'
import type { Journal, JournaledRoom } from './journal.js'
import { decodeSnapshot } from './room-snapshot.js'

/** Rooms in one rehearsal: those with most bytes. More of them warm up nothing new. */
const mostRooms = 4
/** So often all of it is played. */
const rounds = 3
/** Ticks after the clients have come back. */
const ticks = 20
const attemptBytes = 8

/** The part of a server that a rehearsal uses. */
interface Stage {
  run(options: { port: false }): Promise<void>
  acceptTransport(transport: AcceptedTransport): void
}

export interface RehearsalOptions {
  /** Kinds of the server that is about to go on with the rooms. */
  readonly kinds: readonly RoomKind[]
  /** What the process before has written so far. */
  readonly left: readonly JournaledRoom[]
  readonly clock: Clock
  /** Makes a server for the rehearsal, which has nothing but this in common with any other. */
  makeStage(clock: Clock, kinds: readonly RoomKind[]): Stage
  /** True once the journal is here: then there is no time any more. */
  isOver(): boolean
}

/**
 * Goes on with rooms that another process still has, in a server that is thrown away: their clients come back over transports that
 * lead nowhere, and some ticks run. Code that has run is several times as fast, and when the rooms are here, each ms counts.
 *
 * No hook, handler or `auth` of the user is called. Rules run, and are pure.
 */
export async function rehearse({ kinds, left, clock, makeStage, isOver }: RehearsalOptions): Promise<void> {
  const rooms = left.toSorted((a, b) => b.snapshot.length - a.snapshot.length).slice(0, mostRooms)
  for (let round = 0; round < rounds; round++) {
    for (const room of rooms) {
      await new Promise<void>((resolve) => clock.schedule(0, resolve))
      if (isOver()) return
      await play(room, kinds, clock.now(), makeStage)
    }
  }
}

async function play(
  room: JournaledRoom,
  kinds: readonly RoomKind[],
  nowMs: number,
  makeStage: RehearsalOptions['makeStage'],
): Promise<void> {
  const clock = new StageClock(nowMs)
  const journal = new StageJournal(room)
  const stage = makeStage(
    clock,
    kinds.map((kind) => ({ ...kind, options: withoutCalls(kind.options, journal) })),
  )
  await stage.run({ port: false })
  const { tick: heldVersion, sessions } = decodeSnapshot(room.snapshot)
  for (const { ledger } of sessions) {
    const { clientId, token, nextSequence } = ledger
    const transport = new DeadEnd()
    stage.acceptTransport(transport)
    const writer = new ByteWriter()
    writeMessage(writer, messages.hello, {
      protocolVersion,
      path: `/${room.room}`,
      // the journal of the stage takes the hash of a token for the token
      resume: { clientId, token },
      heldVersion,
      receivedThrough: nextSequence - 1,
      attempt: new Uint8Array(attemptBytes),
      startMs: 0,
      credentials: new Uint8Array(0),
    })
    transport.onBytes?.(writer.finish())
  }
  const { tickRate = 20 } = kinds.find(({ name }) => room.room.startsWith(`${name}/`))?.game ?? {}
  for (let tick = 0; tick < ticks; tick++) {
    // what was sent waits for the journal until then
    await Promise.resolve()
    clock.advance(1000 / tickRate)
  }
}

/** The options of a kind of room, but for all that calls code of the user besides its game. */
function withoutCalls(options: SettledRoomOptions, journal: Journal): SettledRoomOptions {
  const { save, ...others } = options
  const kept = Object.entries(others).filter(([name, value]) => typeof value !== 'function' && name !== 'handlers')
  const { version, migrate } = save ?? {}
  const own = { ...(version !== undefined && { version }), ...(migrate && { migrate }), journal }
  // reason: what was taken out is optional
  return { ...Object.fromEntries(kept), save: own } as SettledRoomOptions
}

/** A transport without another end. */
class DeadEnd implements AcceptedTransport {
  readonly reliable = true
  readonly bufferedBytes = 0
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined

  send(): void {}

  close(): void {}

  charge(): void {}
}

/** A journal that has one room, and keeps nothing. */
class StageJournal implements Journal {
  readonly isFull = false
  readonly #room: JournaledRoom

  constructor(room: JournaledRoom) {
    this.#room = room
  }

  async open(): Promise<readonly JournaledRoom[]> {
    return [this.#room]
  }

  append(): void {}

  isWritten(): boolean {
    return true
  }

  whenWritten(_: string, done: () => void): void {
    queueMicrotask(done)
  }

  hashOf(token: Uint8Array): Uint8Array {
    return token
  }

  async close(): Promise<void> {}
}

/** Time that passes by `advance` alone. */
class StageClock implements Clock {
  #nowMs: number
  #timers: { readonly atMs: number; readonly callback: () => void }[] = []

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const due = this.#timers.filter(({ atMs }) => atMs <= untilMs)
      const next = due.reduce<(typeof due)[number] | undefined>((a, b) => (a && a.atMs <= b.atMs ? a : b), undefined)
      if (next === undefined) break
      this.#timers = this.#timers.filter((each) => each !== next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.callback()
    }
    this.#nowMs = untilMs
  }
}
