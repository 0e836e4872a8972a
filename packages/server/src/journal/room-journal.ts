import { encodeDelta, type GameStateMachine, type GameStateStore, type Immutable, type Logger } from '@tygase/gamestate'
import {
  type Dispatch,
  digestState,
  type EventInput,
  type MadeTick,
  type StateDigest,
} from '@tygase/gamestate/internal'
import {
  type Counters,
  digestEvent,
  gameEvent,
  type Hello,
  membersEvent,
  movingEvent,
  type Outcome,
  presenceEvent,
  type SessionProgress,
} from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { AcceptedTransport } from '../entrance/listener.js'
import { EntryWriter } from './entries.js'
import { HandlerTurns } from './handler-turns.js'
import type { Journal } from './journal.js'
import { QueuedEvents } from './queued-events.js'
import { begunSessionOf, factsOf, type ReadableRoom, readRoom } from './read-room.js'
import { encodeSnapshot, type RoomFacts, type WrittenRoom } from './room-snapshot.js'
import { SessionNumbers } from './session-numbers.js'
import { GatedTransport, WriteGate } from './write-gate.js'

/** The room as its journal sees it. */
export interface JournalRoom extends ReadableRoom {
  readonly key: string
  readonly clock: { now(): number; schedule(delayMs: number, callback: () => void): () => void }
  readonly logger: Logger
  readonly machine: GameStateMachine
  readonly store: GameStateStore<object>
  readonly counters: Pick<Counters, 'add'>
  readonly hooks: { journal(error: Error | undefined): void }
  /** The journal is written: clients get what has waited. */
  readonly loop: { writeHeld(): void }
  /** Another process has the room: it stops here, without a word. */
  readonly lifetime: ReadableRoom['lifetime'] & { fence(): void }
}

/** A digest takes as long as to encode the state: of a larger state there is one for each so many bytes, in seconds. */
const bytesPerDigest = 64 * 1024
/** After a journal has failed, the room is written down again, whole, so often. */
const retryMs = 1000
/** What clients know is written down this often, if it is much more than before. */
const noteMs = 500

/** News about a room, which a room that goes on sends anew, and questions to clients. */
const news: ReadonlySet<string> = new Set([digestEvent, gameEvent, membersEvent, movingEvent, presenceEvent])

/**
 * Writes down what happens in a room, so that another process can go on with it, and keeps back all that is sent until it is
 * written.
 *
 * Invariants: what has happened since the last record is in `#writer`; a record ends before anything may be sent, and at the end
 * of each tick; from a failure on nothing is written but snapshots, until one is.
 */
export class RoomJournal {
  readonly #room: JournalRoom
  readonly #journal: Journal
  readonly #snapshotMs: number
  readonly #gate: WriteGate
  #writer = new EntryWriter()
  readonly #numbers: SessionNumbers
  readonly #handlers = new HandlerTurns()
  readonly #queued = new QueuedEvents()
  #noteAtMs = 0
  /** Clients that have come back since the last tick. */
  readonly #backs = new Set<ClientLink>()
  #facts: RoomFacts | undefined
  /** The state of the last entry. */
  #state: Immutable<object> | undefined
  #untimedTicks = 0
  #tick = 0
  /** The last tick that is written. */
  #writtenTick = 0
  /** While the events of the last tick's rules are queued: those that sessions have not taken. */
  #dropped: [place: number, session: number][] | undefined
  #dispatch = 0
  #digest: { state: Immutable<object>; digest: StateDigest } | undefined
  #digestAtTick = 0
  #snapshotAtMs = 0
  #stateBytes = 0
  /** True from the first snapshot to the end. */
  #isOn = false
  /** True if the room has to be written down whole: what has happened is no entry. */
  #isStale = false
  #isBroken = false
  /** True from the first failure to the next writing. */
  #isReported = false
  /** True in a tick with joins: the clients that have joined are others after each of them. */
  #hasJoins = false
  /** True from a tick until all that it brings about is known. */
  #isInTick = false
  /** Work that waits for that. */
  readonly #held: (() => void)[] = []
  #hasNews = false
  #endListening: (() => void) | undefined
  #cancelCommit: (() => void) | undefined
  #cancelRetry: (() => void) | undefined

  constructor(room: JournalRoom, journal: Journal, snapshotMs: number) {
    this.#room = room
    this.#journal = journal
    this.#snapshotMs = snapshotMs
    this.#numbers = new SessionNumbers(room.links)
    this.#gate = new WriteGate({
      ...{ room: room.key, journal, logger: room.logger },
      onError: (error) => this.#fail(error),
      onOpen: () => {
        if (this.#isReported) room.hooks.journal(undefined)
        this.#isReported = false
        room.loop.writeHeld()
      },
    })
  }

  /** True while something waits to be sent: more would only wait behind it. */
  get isBehind(): boolean {
    return this.#gate.isHolding
  }

  /** True while no tick is to be made: the disk cannot keep up. */
  get isFull(): boolean {
    return this.#isOn && this.#journal.isFull
  }

  hashOf(token: Uint8Array): Uint8Array {
    return this.#journal.hashOf(token)
  }

  /**
   * The room is open: writes it down whole, and from here on what happens in it.
   * @param written the room as another process has written it down, if it is just that
   */
  begin(written?: WrittenRoom): void {
    if (this.#isOn) return
    const { store, machine } = this.#room
    this.#isOn = true
    this.#endListening = store.subscribe((state, version) => this.#committed(state, version))
    this.#tick = machine.tick
    if (written === undefined) this.snapshot()
    else this.#writeWhole(written)
  }

  /** The room is written down whole with its next tick. */
  renew(): void {
    this.#snapshotAtMs = Number.NEGATIVE_INFINITY
    this.#hasNews = true
    if (!this.#room.machine.running) this.snapshot()
  }

  /** The room is over for good, or goes on elsewhere. @param isOver false: what was written stays */
  end(isOver: boolean): void {
    if (!this.#isOn) return
    if (isOver) this.#append('end', new Uint8Array(0))
    else this.#gate.turnOff()
    this.#isOn = false
    this.#endListening?.()
    this.#cancelCommit?.()
    this.#cancelRetry?.()
  }

  /** The room is about to go on elsewhere: no handler begins here any more. */
  leave(): void {
    this.#handlers.leave()
  }

  /** True if all that has happened is written. */
  get isWritten(): boolean {
    return this.#journal.isWritten(this.#room.key)
  }

  /** Resolves when all is written, or cannot be. */
  written(): Promise<void> {
    if (this.isWritten) return Promise.resolve()
    return new Promise((resolve) => this.#journal.whenWritten(this.#room.key, () => resolve()))
  }

  gated(transport: AcceptedTransport): AcceptedTransport {
    const { logger } = this.#room
    return new GatedTransport(transport, {
      logger,
      mayPass: () => this.#mayPass(),
      pass: (work) => this.pass(work),
    })
  }

  /** True if what others can see may be done now: all that has happened is written. */
  #mayPass(): boolean {
    if (this.#isInTick && this.#room.machine.stepping) return false
    this.commit()
    return this.#held.length === 0 && this.#gate.isOpen
  }

  /** Does something that others can see: once all that has happened is written. */
  pass(work: () => void): void {
    // what a tick brings about is written down in one piece
    if (this.#isInTick && this.#room.machine.stepping) {
      this.#held.push(work)
      return
    }
    this.commit()
    if (this.#held.length > 0) this.#releaseHeld()
    this.#gate.pass(work)
  }

  // --- what happens

  /** A tick has been made. Called before anything comes of it. */
  tick({ tick, inputs, state, dispatches }: MadeTick<object>): void {
    if (!this.#isOn) return
    const { machine } = this.#room
    this.#isInTick = true
    const hasChanged = state !== this.#state
    const timeStep = machine.untimedTicks === this.#untimedTicks
    this.#untimedTicks = machine.untimedTicks
    this.#state = state
    this.#tick = tick
    // a tick that leaves no trace need not be made again
    if (inputs.length === 0 && dispatches.length === 0 && !hasChanged && timeStep) return
    this.#writtenTick = tick
    this.#hasJoins = inputs.some(({ kind }) => kind === 'join')
    const answers: [number, Outcome][] = []
    const { all } = this.#room.links
    for (const [place, input] of inputs.entries()) {
      if (input.kind !== 'event' || input.sequence === undefined) continue
      const link = all.get(input.client?.id ?? '')
      if (link === undefined) continue
      this.#handlers.end(link, input.sequence)
      this.#writeQueuedBefore(link, input.sequence)
      this.#queued.remove(link, input.sequence)
      const answer = link.handlerAnswers.get(input.sequence)
      if (answer !== undefined) answers.push([place, answer])
    }
    this.#add((writer) => writer.add({ kind: 'tick', record: { tick, timeStep, inputs }, answers }))
  }

  /** Queues the events that the rules of the last tick have sent. */
  dispatch(dispatches: readonly Dispatch[], queue: (dispatch: Dispatch) => void): void {
    const dropped: [number, number][] = []
    this.#dropped = dropped
    for (const [place, dispatch] of dispatches.entries()) {
      this.#dispatch = place
      queue(dispatch)
    }
    this.#dropped = undefined
    this.#add((writer) => writer.add({ kind: 'dispatches', dropped }))
  }

  /** A session has not taken an event: its queue is full, or it ends. */
  dropped(link: ClientLink): void {
    this.#dropped?.push([this.#dispatch, this.#numbers.of(link)])
  }

  /** Sessions have taken an event. */
  sent(
    links: readonly ClientLink[],
    event: {
      readonly name: string
      readonly payload: Uint8Array
      readonly retries: number
      readonly minVersion: number
    },
  ): void {
    // what rules have sent comes out of their tick
    if (this.#dropped !== undefined || links.length === 0) return
    const to = this.#numbers.recipients(links, this.#hasJoins)
    if (news.has(event.name)) this.#add((writer) => writer.add({ kind: 'skip', to }))
    else this.#add((writer) => writer.add({ kind: 'send', to, ...event }))
  }

  sessionBegun(link: ClientLink, hello: Hello): void {
    if (!this.#isOn) return
    this.#numbers.add(link)
    const session = begunSessionOf(link, hello, this.#room)
    this.#add((writer) => writer.add({ kind: 'begin', session }))
  }

  /** A client goes on in a new session. */
  sessionRenewed(): void {
    this.snapshot()
  }

  sessionEnded(link: ClientLink): void {
    if (!this.#isOn) return
    const session = this.#numbers.of(link)
    this.#numbers.delete(link)
    this.#backs.delete(link)
    this.#handlers.forget(link)
    this.#queued.removeAll(link)
    this.#add((writer) => writer.add({ kind: 'end', session }))
  }

  /** An event has its outcome, and not from a rule in a tick. */
  settled(link: ClientLink, sequence: number, outcome: Outcome): void {
    this.#handlers.end(link, sequence)
    this.#queued.remove(link, sequence)
    if (!this.#numbers.has(link)) return
    this.#writeQueuedBefore(link, sequence)
    this.#add((writer) => writer.add({ kind: 'outcome', session: this.#numbers.of(link), sequence, outcome }))
  }

  /**
   * Calls the handler of an event once it is written that it has begun: what it does outside of the room is not done twice. Events
   * of the client that come meanwhile wait behind it.
   */
  handle(link: ClientLink, sequence: number, call: () => void): void {
    if (!this.#isOn || !this.#numbers.has(link)) return call()
    this.#handlers.note(link, sequence)
    this.#writeQueuedBefore(link, sequence)
    this.#add((writer) => writer.add({ kind: 'accept', session: this.#numbers.of(link), sequence }))
    this.#handlers.take(link, sequence, call, (work) => this.pass(work))
  }

  /** True for an event whose handler has begun: it must not begin again. */
  hasBegun(link: ClientLink, sequence: number): boolean {
    return this.#handlers.hasBegun(link, sequence)
  }

  /** True if an event of the client has to wait for one before it. */
  holdsBack(link: ClientLink): boolean {
    return this.#handlers.holdsBack(link)
  }

  /** @param take takes the event, later */
  holdBack(link: ClientLink, take: () => void): void {
    this.#handlers.holdBack(link, take)
  }

  /** The rules are others from the last tick on. */
  gameReplaced(): void {
    this.#isStale = true
  }

  /** A client has come back, and says what it has got: that need not be kept for it. It is written with the next tick. */
  progressed(link: ClientLink): void {
    if (this.#isOn) this.#backs.add(link)
  }

  #noteProgress(link: ClientLink, progress: SessionProgress): void {
    this.#numbers.note(link, progress)
    this.#add((writer) => writer.add({ kind: 'progress', session: this.#numbers.of(link), progress }))
  }

  /** An event without a handler is queued for a tick. */
  queued(link: ClientLink, input: EventInput & { readonly sequence: number }): void {
    this.#queued.add(link, input)
  }

  /** Something comes of an event of a client: those before it that wait must not count as lost. */
  #writeQueuedBefore(link: ClientLink, sequence: number): void {
    const inputs = this.#queued.takeBefore(link, sequence)
    if (inputs.length === 0) return
    const { tick } = this.#room.machine
    this.#add((writer) => writer.add({ kind: 'queued', record: { tick, timeStep: false, inputs } }))
  }

  // --- records

  /** The tick is over. */
  tickEnd(): void {
    if (!this.#isOn) return
    this.#isInTick = false
    this.#hasJoins = false
    const { clock, machine } = this.#room
    if (this.#hasNews && clock.now() >= this.#snapshotAtMs) this.snapshot()
    else {
      if (this.#hasNews && machine.tick >= this.#digestAtTick) this.#addDigest()
      for (const link of this.#backs) if (this.#numbers.has(link)) this.#noteProgress(link, link.progress())
      this.#backs.clear()
      if (this.#hasNews && clock.now() >= this.#noteAtMs) this.#noteAllProgress()
      this.commit()
    }
    if (this.#held.length > 0) this.#releaseHeld()
  }

  /** Else a process that dies before each of its snapshots would hand on more and more. */
  #noteAllProgress(): void {
    this.#noteAtMs = this.#room.clock.now() + noteMs
    for (const [link, progress] of this.#numbers.advanced()) this.#noteProgress(link, progress)
  }

  #addDigest(): void {
    const { machine, store } = this.#room
    const digest = digestState<object>(store.state, this.#digest)
    this.#digest = { state: store.state, digest }
    const seconds = Math.max(1, Math.ceil(this.#stateBytes / bytesPerDigest))
    this.#digestAtTick = machine.tick + Math.ceil(machine.tickRate * seconds)
    this.#add((writer) => writer.add({ kind: 'digest', digest }))
  }

  #releaseHeld(): void {
    for (const work of this.#held.splice(0)) this.#gate.pass(work)
  }

  /** Ends the record. Does nothing if nothing has happened. */
  commit(): void {
    if (!this.#isOn || this.#isBroken) return
    this.#noteFacts()
    if (this.#isStale) return this.snapshot()
    if (this.#writer.isEmpty) return
    const { tick, untimedTicks } = this.#room.machine
    if (tick > this.#writtenTick) this.#writer.add({ kind: 'ticks', tick, untimedTicks })
    this.#writtenTick = tick
    this.#append('record', this.#writer.take())
  }

  /** Writes the room down whole: what came before is not needed any more. */
  snapshot(): void {
    if (!this.#isOn) return
    const snapshot = readRoom(this.#room, {
      hasBegun: (link, sequence) => this.hasBegun(link, sequence),
      queuedOf: (link, ledger) => this.#queued.takeAwaited(link, ledger),
    })
    this.#writeWhole({ snapshot, bytes: encodeSnapshot(snapshot) })
  }

  #writeWhole({ snapshot, bytes }: WrittenRoom): void {
    const { clock, store, machine } = this.#room
    this.#writer = new EntryWriter()
    this.#isStale = false
    this.#hasNews = false
    this.#facts = factsOf(this.#room, this.#facts)
    this.#state = store.state
    this.#untimedTicks = machine.untimedTicks
    this.#writtenTick = machine.tick
    this.#backs.clear()
    this.#numbers.restart(snapshot.sessions)
    this.#snapshotAtMs = clock.now() + this.#snapshotMs
    this.#stateBytes = snapshot.versions.at(-1)?.[2].length ?? 0
    this.#append('snapshot', bytes)
  }

  #append(kind: 'snapshot' | 'record' | 'end', bytes: Uint8Array): void {
    this.#cancelCommit?.()
    this.#cancelCommit = undefined
    this.#journal.append(this.#room.key, kind, bytes)
    this.#gate.appended()
  }

  #add(add: (writer: EntryWriter) => void): void {
    if (!this.#isOn || this.#isBroken || this.#isStale) return
    this.#hasNews = true
    try {
      add(this.#writer)
    } catch (error) {
      // values of the server's own code that are not plain
      this.#room.logger.warn({ err: error }, 'what happened cannot be written down: the room is written down whole')
      this.#isStale = true
    }
    // outside of ticks something is mostly sent at once, and else soon
    if (this.#room.machine.stepping) return
    this.#cancelCommit ??= this.#room.clock.schedule(0, () => {
      this.#cancelCommit = undefined
      this.commit()
    })
  }

  #noteFacts(): void {
    const last = this.#facts
    const now = factsOf(this.#room, last)
    if (last === undefined || now === last) return
    this.#facts = now
    const facts = Object.fromEntries(
      Object.entries(now).filter(([name, value]) => value !== last[name as keyof RoomFacts]),
    ) as Partial<RoomFacts>
    this.#add((writer) => writer.add({ kind: 'facts', facts }))
  }

  /** The store has a new version: of a tick, or of other code. */
  #committed(state: Immutable<object>, version: number): void {
    const { machine, store } = this.#room
    const isOfTick = machine.stepping && version === machine.tick
    if (isOfTick && this.#tick < version) return
    const base = this.#state
    this.#state = state
    // code that comes before the room to the tick's version has changed it further
    if (base === undefined || (machine.stepping && this.#tick < machine.tick)) this.#isStale = true
    else {
      const isReset = store.versionCount === 1
      const delta = encodeDelta<object>(base, state)
      this.#add((writer) => writer.add({ kind: 'delta', version, isReset, delta }))
    }
  }

  #fail(error: unknown): void {
    const { logger, clock, lifetime, counters, hooks } = this.#room
    const { code } = (error ?? {}) as { code?: unknown }
    if (!this.#isOn) return
    if (code === 'storage_fenced') {
      logger.error({ err: error, code }, 'another process goes on with the room: it stops here')
      return lifetime.fence()
    }
    if (!this.#isReported) {
      const details = { err: error, code: 'journal_failed' }
      logger.error(details, 'the journal of a room cannot be written: clients get nothing until it can')
      this.#isReported = true
      hooks.journal(error instanceof Error ? error : new Error('the journal cannot be written', { cause: error }))
    }
    this.#isBroken = true
    // several batches may wait for the same writing
    if (this.#cancelRetry === undefined) counters.add('journalFailures')
    this.#cancelRetry ??= clock.schedule(retryMs, () => {
      this.#cancelRetry = undefined
      this.#isBroken = false
      this.snapshot()
      this.#gate.watch()
    })
  }
}
