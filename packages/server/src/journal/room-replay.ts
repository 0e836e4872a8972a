import { type AnyGame, applyDelta, type GameStateMachine, type GameStateStore, type Immutable } from '@tygase/gamestate'
import {
  type Dispatch,
  differingKey,
  digestState,
  type EventInput,
  encodeValue,
  type MadeTick,
  TickRecordReader,
} from '@tygase/gamestate/internal'
import { limitsOf, type SessionLimits } from '@tygase/protocol/internal'
import type { EventIntake } from '../events/event-intake.js'
import { originFor, recipientsOf } from '../events/event-sender.js'
import type { JournalEntry, JournaledRecipients } from './entries.js'
import { ReplayedSession } from './replayed-session.js'
import type { JournaledSession, RoomFacts, RoomSnapshot } from './room-snapshot.js'

/** The room as a replay sees it: just made, and without clients. */
export interface ReplayRoom {
  readonly game: AnyGame
  readonly store: GameStateStore<object>
  readonly machine: GameStateMachine
  readonly limits: Partial<SessionLimits>
  readonly events: Pick<EventIntake, 'ruleOutcome'>
  readonly wallClock: { now(): number }
  readonly clock: { now(): number }
}

/** The first trace of rules that are not pure, or that are others than those of before. */
export interface Divergence {
  readonly tick: number
  /** Top-level key of the state; undefined if the tick could not be made at all. */
  readonly key: string | undefined
}

/** Sequences that are left out if it is unknown how many events a session was sent: more than come in the time of two snapshots. */
const unknownEvents = 2 ** 20

/**
 * Makes a room again from a snapshot and the entries behind it: the state in the room's own store and machine, the sessions as
 * ledgers. No hook and no handler runs.
 */
export class RoomReplay {
  readonly #room: ReplayRoom
  readonly #snapshot: RoomSnapshot
  readonly #base: Immutable<object>
  /** By number; undefined for one that has ended. */
  readonly #sessions: (ReplayedSession | undefined)[]
  readonly #byClient = new Map<string, ReplayedSession>()
  /** In the order of their joins. */
  readonly #joined = new Map<string, ReplayedSession>()
  readonly present: Set<string>
  /** Events of clients that were queued and are in no tick so far, in their order, by client and sequence. */
  readonly #queued = new Map<string, EventInput>()
  #facts: RoomFacts
  #made: MadeTick<object> | undefined
  /** False if the ticks cannot be made again: the state stays that of the snapshot. */
  #isRerun: boolean
  /** True if sessions were sent events that are not known. */
  #isUnknown = false
  divergence: Divergence | undefined

  /** @param state of the snapshot in the current version, if that is another one: then no tick is made again */
  constructor(room: ReplayRoom, snapshot: RoomSnapshot, state: Immutable<object> | undefined) {
    this.#room = room
    this.#snapshot = snapshot
    this.#isRerun = state === undefined
    this.present = new Set(snapshot.present)
    const { host, running, traits, reservations } = snapshot
    this.#facts = { host, running, traits, reservations }
    this.#sessions = snapshot.sessions.map((session) => new ReplayedSession(session, snapshot.atMs))
    for (const session of this.#sessions) this.#byClient.set(session!.clientId, session!)
    for (const number of snapshot.joined) {
      const session = this.#sessions[number]!
      this.#joined.set(session.clientId, session)
    }
    this.#queue(new TickRecordReader().read(snapshot.queued).inputs)
    const versions = readVersions(snapshot, room)
    this.#base = state ?? versions.at(-1)!.state
    room.store.restore(state === undefined ? versions : [{ ...versions.at(-1)!, state }])
    room.machine.restoreTime(snapshot.untimedTicks, { tick: snapshot.tick, seed: snapshot.seed })
  }

  /** The state of a snapshot, before it is played. */
  static stateOf(snapshot: RoomSnapshot, room: ReplayRoom): Immutable<object> {
    return readVersions(snapshot, room).at(-1)!.state
  }

  get facts(): RoomFacts {
    return this.#facts
  }

  /** After `finish`: events of clients that wait for their tick still. */
  get queued(): Iterable<EventInput> {
    return this.#queued.values()
  }

  /** Client ids, in the order of their joins. */
  get joined(): string[] {
    return [...this.#joined.keys()]
  }

  apply(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'tick':
        return this.#tick(entry)
      case 'dispatches':
        return this.#dispatch(entry.dropped)
      case 'begin': {
        const session = ReplayedSession.begun(entry.session)
        this.#sessions.push(session)
        this.#byClient.set(session.clientId, session)
        return
      }
      case 'end':
        return this.#end(this.#sessions[entry.session])
      case 'accept':
        return this.#sessions[entry.session]?.accept(entry.sequence)
      case 'outcome':
        this.#queued.delete(queuedKey(this.#sessions[entry.session]?.clientId, entry.sequence))
        return this.#sessions[entry.session]?.settle(entry.sequence, entry.outcome)
      case 'queued':
        return this.#queue(entry.record.inputs)
      case 'progress':
        return this.#sessions[entry.session]?.know(entry.progress)
      case 'send':
        for (const session of this.#recipients(entry.to)) session.send(entry)
        return
      case 'skip':
        for (const session of this.#recipients(entry.to)) session.skip()
        return
      case 'facts':
        this.#facts = { ...this.#facts, ...entry.facts }
        return
      case 'ticks':
        if (this.#isRerun && this.divergence === undefined) {
          this.#room.machine.restoreTime(entry.untimedTicks, { tick: entry.tick })
        }
        return
      case 'digest':
        return this.#compare(entry.digest)
      case 'delta':
        return this.#change(entry)
    }
  }

  /** All entries are in. @returns the sessions, in the order of their beginning */
  finish(): JournaledSession[] {
    if (!this.#isRerun || this.divergence !== undefined) this.#fallBack()
    for (const [key, { client, sequence }] of this.#queued) {
      if (this.#joined.get(client?.id ?? '')?.run(sequence!) !== true) this.#queued.delete(key)
    }
    const nowMs = this.#room.wallClock.now()
    return this.#sessions.flatMap((session) => (session === undefined ? [] : [session.finish(nowMs)]))
  }

  #tick({ record, answers }: Extract<JournalEntry, { kind: 'tick' }>): void {
    const { machine, events, limits } = this.#room
    this.#made = undefined
    if (this.#isRerun) {
      try {
        this.#made = machine.rerun(record, this.#timeOf(record.tick))
      } catch {
        this.divergence ??= { tick: record.tick, key: undefined }
      }
    }
    const answerOf = new Map(answers)
    for (const [place, input] of record.inputs.entries()) {
      const outcome = this.#made?.outcomes[place]
      const { client } = input
      const session = client && this.#byClient.get(client.id)
      if (input.kind === 'leave') this.present.delete(input.client.id)
      else if (input.kind === 'join') {
        // of a join that cannot be run again, the session shows whether it was refused: it has ended then
        if (outcome?.kind === 'refused') continue
        this.present.add(input.client.id)
        if (session !== undefined) this.#joined.set(session.clientId, session)
      } else if (session !== undefined && input.sequence !== undefined) {
        const { name, sequence } = input
        this.#queued.delete(queuedKey(session.clientId, sequence))
        if (outcome === undefined) session.accept(sequence)
        else {
          const failure = this.#made?.failures.find((failed) => failed.input === input)
          const answer = answerOf.get(place)
          session.settle(sequence, events.ruleOutcome(limitsOf(limits), name, answer, outcome, failure))
        }
      }
    }
  }

  #queue(inputs: MadeTick<object>['inputs']): void {
    for (const input of inputs) {
      if (input.kind === 'event') this.#queued.set(queuedKey(input.client?.id, input.sequence), input)
    }
  }

  #dispatch(dropped: readonly (readonly [place: number, session: number])[]): void {
    this.#isUnknown ||= this.#made === undefined
    for (const [place, dispatch] of (this.#made?.dispatches ?? []).entries()) {
      const payload = this.#payloadOf(dispatch)
      if (payload === undefined) continue
      const { name, to } = dispatch
      const origin = originFor(this.#room.game, dispatch)
      const minVersion = this.#room.store.version
      for (const session of recipientsOf(to, this.#joined)) {
        if (dropped.some(([at, number]) => at === place && this.#sessions[number] === session)) continue
        const isOwn = origin?.clientId === session.clientId
        session.send({
          ...{ name, payload, minVersion, retries: isOwn ? Number.POSITIVE_INFINITY : 0 },
          ...(isOwn && { origin: { sequence: origin.sequence, n: origin.n } }),
        })
      }
    }
  }

  /** @returns undefined for data that cannot be sent, and were not */
  #payloadOf({ data, to }: Dispatch): Uint8Array | undefined {
    if (recipientsOf(to, this.#joined).length === 0) return undefined
    try {
      return encodeValue(data, limitsOf(this.#room.limits))
    } catch {
      return undefined
    }
  }

  #end(session: ReplayedSession | undefined): void {
    if (session === undefined) return
    this.#sessions[this.#sessions.indexOf(session)] = undefined
    this.#byClient.delete(session.clientId)
    this.#joined.delete(session.clientId)
  }

  #recipients(to: JournaledRecipients): Iterable<ReplayedSession> {
    if (to === 'joined') return this.#joined.values()
    const all = to === 'all' ? this.#sessions : to.map((number) => this.#sessions[number])
    return all.flatMap((session) => session ?? [])
  }

  #compare(digest: Extract<JournalEntry, { kind: 'digest' }>['digest']): void {
    if (!this.#isRerun || this.divergence !== undefined) return
    const { store, machine } = this.#room
    const key = differingKey(digestState(store.state), digest)
    if (key !== undefined) this.divergence = { tick: machine.tick, key }
  }

  #change({ version, isReset, delta }: Extract<JournalEntry, { kind: 'delta' }>): void {
    const { store } = this.#room
    if (!this.#isRerun || this.divergence !== undefined || version <= store.version) return
    const state = applyDelta(store.state, delta)
    if (isReset) store.reset(state, version)
    else store.commit(state, version, this.#timeOf(version))
  }

  /** The state is that of the snapshot, and the sessions are those of the end: clients that have come or gone since join or leave now. */
  #fallBack(): void {
    const { store, machine } = this.#room
    // a tick before the first difference that was seen may have sent others, too
    const isUnknown = this.#isUnknown || this.divergence !== undefined
    if (isUnknown) for (const session of this.#sessions) session?.skip(unknownEvents)
    store.reset(this.#base, Math.max(machine.tick, store.version) + 1)
    const now = new Set(this.#joined.keys())
    const before = this.#snapshot.present
    const inputs = [
      ...before.filter((id) => !now.has(id)).map((id) => ({ kind: 'leave' as const, client: clientOf(id) })),
      ...[...this.#joined].flatMap(([id, { data, identity }]) => {
        if (before.includes(id)) return []
        const client = { ...clientOf(id), userId: identity?.userId, name: identity?.name, data: data as undefined }
        return { kind: 'join' as const, client, checked: { value: data } }
      }),
    ]
    this.present.clear()
    for (const id of now) this.present.add(id)
    if (inputs.length === 0) return
    const { outcomes } = machine.rerun(
      { tick: store.version + 1, timeStep: false, inputs },
      this.#timeOf(store.version),
    )
    for (const [place, { kind, client }] of inputs.entries()) {
      if (kind !== 'join' || outcomes[place]?.kind !== 'refused') continue
      this.present.delete(client.id)
      this.#end(this.#byClient.get(client.id))
    }
  }

  /** The time of the store at a tick. It need not be exact. */
  #timeOf(tick: number): number {
    const { store, machine } = this.#room
    return (store.timeOf(store.version) ?? 0) + Math.max(0, ((tick - store.version) * 1000) / machine.tickRate)
  }
}

function queuedKey(clientId: string | undefined, sequence: number | undefined): string {
  return `${sequence} ${clientId}`
}

function clientOf(id: string) {
  return { id, userId: undefined, name: undefined, isHost: false, data: undefined }
}

function readVersions(
  { versions }: RoomSnapshot,
  { clock, wallClock }: ReplayRoom,
): { version: number; state: Immutable<object>; timeMs: number }[] {
  const sinceMs = wallClock.now() - clock.now()
  let state: Immutable<object> | undefined
  return versions.map(([version, timeMs, delta]) => {
    state = applyDelta<object>(state, delta)
    return { version, state, timeMs: timeMs - sinceMs }
  })
}
