import { type Immutable, makeTick, type Tick, type TickInput } from '@tygase/gamestate'
import { tickRate } from '../src/field.js'
import { arena } from '../src/game.js'
import type { Arena, Body } from '../src/state.js'

type EventName = keyof typeof arena.events

/** A game that is stepped by hand. */
export class ArenaPlay {
  state: Immutable<Arena>
  tick = 0
  /** The events to clients so far. */
  readonly sent: { name: string; data: unknown; to: unknown }[] = []
  readonly #seed: number
  #sequence = 0

  constructor(seed = 1) {
    this.#seed = seed
    this.state = makeTick(arena, arena.initialState(), [], { tick: 1, seed, timeStep: false }).state
  }

  join(...ids: string[]): this {
    this.step(...ids.map((id): TickInput => ({ kind: 'join', client: client(id, { name: id }) })))
    return this
  }

  leave(id: string): void {
    this.step({ kind: 'leave', client: client(id) })
  }

  /** An event of a client, for `step`. */
  event(id: string, name: EventName, data: unknown, seen?: number): TickInput {
    const place = seen === undefined ? {} : { seen }
    return { kind: 'event', name, data, client: client(id), sequence: ++this.#sequence, ...place }
  }

  /** Makes a tick. */
  step(...inputs: TickInput[]): Tick<Arena> {
    return this.#make(inputs, {})
  }

  /** Makes a tick in which `ctx.seen` is another state. */
  stepSeeing(seen: Immutable<Arena>, ...inputs: TickInput[]): Tick<Arena> {
    return this.#make(inputs, { seenAt: () => seen })
  }

  /** Makes a tick as a client does that runs ahead. The game stays as it is. */
  predict(state: Immutable<Arena>, ...inputs: TickInput[]): Tick<Arena> {
    return makeTick(arena, state, inputs, { tick: this.tick + 1, seed: 999, predicting: true })
  }

  /** Makes so many ticks. */
  steps(count: number): void {
    for (let step = 0; step < count; step++) this.step()
  }

  seconds(count: number): void {
    this.steps(Math.ceil(count * tickRate))
  }

  /** Sets fields of a disc. */
  put(id: string, fields: Partial<Body>): void {
    this.change((state) => void Object.assign(state.bodies.edit(id), fields))
  }

  /** Changes the state outside of the rules. */
  change(change: (state: Arena) => void): void {
    const game = { ...arena, timeStep: change }
    this.state = makeTick(game, this.state, [], { tick: this.tick + 1, seed: 0 }).state
  }

  body(id: string): Immutable<Body> {
    const body = this.state.bodies.get(id)
    if (body === undefined) throw new Error(`${id} does not play`)
    return body
  }

  /** The names of the events sent since the last call. */
  taken(): string[] {
    return this.sent.splice(0).map(({ name }) => name)
  }

  #make(inputs: readonly TickInput[], options: { seenAt?: () => Immutable<Arena> }): Tick<Arena> {
    const made = makeTick(arena, this.state, inputs, { tick: ++this.tick, seed: this.#seed, ...options })
    if (made.failures.length > 0) throw made.failures[0]?.error
    this.state = made.state
    this.sent.push(...made.dispatches.map(({ name, data, to }) => ({ name, data, to })))
    return made
  }
}

function client(id: string, data?: unknown) {
  return { id, userId: undefined, name: undefined, isHost: false, data }
}
