import { Writable } from 'node:stream'
import {
  createRandom,
  defineGame,
  EntityMap,
  event,
  GameStateMachine,
  GameStateStore,
  type Immutable,
  type StateOf,
} from '@tygase/gamestate'
import { silentLogger } from '@tygase/gamestate/internal'
import * as z from 'zod'
import { type Recording, type RecordOptions, record } from '../../src/index.js'

interface Runner {
  name: string
  x: number
  vx: number
}

/** Discs on a line, which turn when they are told to. */
export const runners = defineGame({
  version: 7,
  tickRate: 20,
  initialState: () => ({ round: 0, runners: new EntityMap<Runner>() }),
  joinData: z.object({ name: z.string() }),
  onJoin: (state, ctx) => void state.runners.set(ctx.client.id, { name: ctx.client.data.name, x: 0, vx: 10 }),
  onLeave: (state, ctx) => void state.runners.delete(ctx.client.id),
  serverEvents: { turned: event<{ id: string }>(), secret: event<string>() },
  events: (on) => ({
    turn: on(z.object({ vx: z.number() }), (state, { vx }, ctx) => {
      if (Math.abs(vx) > 1000) return ctx.reject('too_fast', 'no')
      state.runners.edit(ctx.client.id).vx = vx
      ctx.dispatch('turned', { id: ctx.client.id })
      ctx.dispatch('secret', 'for you', { to: ctx.client.id })
    }),
  }),
  timeStep(state, dt, ctx) {
    state.round = Math.floor(ctx.time / 30)
    state.runners.editEach((runner) => {
      runner.x += runner.vx * dt
    })
  },
  precision: { runners: { x: 0.01 } },
  motion: { runners: { fields: { x: 'linear' } } },
})

export type Runners = Immutable<StateOf<typeof runners>>

/** A stream that keeps what is written. */
class Sink extends Writable {
  readonly #chunks: Uint8Array[] = []

  get bytes(): Uint8Array {
    return Buffer.concat(this.#chunks)
  }

  override _write(chunk: Uint8Array, _: string, done: (error?: Error) => void): void {
    this.#chunks.push(chunk)
    done()
  }
}

const client = (id: string) => ({ id, userId: 'user', name: 'real name', isHost: false, data: { name: `disc ${id}` } })

/** A room that is recorded, and what its states were. */
export class RecordedRun {
  readonly machine = new GameStateMachine(new GameStateStore(runners.initialState(), { logger: false }), runners, {
    seed: 1,
    logger: false,
  })
  readonly room = { kind: 'runners', id: '1', status: 'open' as 'open' | 'closing', machine: this.machine }
  readonly sink = new Sink()
  readonly states = new Map<number, Runners>()
  readonly recording: Recording
  readonly #random = createRandom(5)
  #sequence = 0

  constructor(options: RecordOptions<StateOf<typeof runners>> = {}, ticksBefore = 0) {
    for (const id of ['a', 'b', 'c']) this.machine.push({ kind: 'join', client: client(id) })
    this.play(ticksBefore)
    this.recording = record(this.room, this.sink, {
      wallClock: { now: () => 1000 },
      logger: silentLogger,
      stateEveryTicks: 1,
      ...options,
    })
    this.states.set(this.machine.tick, this.machine.store.state)
  }

  /** Makes ticks, with an event in every third. */
  play(ticks: number): void {
    for (let tick = 0; tick < ticks; tick++) {
      if (this.machine.tick % 3 === 0) this.turn(Math.round(this.#random() * 100))
      this.step()
    }
  }

  turn(vx: number): void {
    const id = ['a', 'b', 'c'][this.#sequence % 3]!
    this.machine.push({ kind: 'event', name: 'turn', data: { vx }, client: client(id), sequence: ++this.#sequence })
  }

  step(timeStep = true): void {
    this.machine.step({ timeStep })
    this.states.set(this.machine.tick, this.machine.store.state)
  }

  async stop(): Promise<Uint8Array> {
    await this.recording.stop()
    return this.sink.bytes
  }
}

/** Ids and places of a state, as they are on the wire. */
export function places(state: Runners): [string, number][] {
  return [...state.runners].map(([id, { x }]) => [id, Math.round(x * 100)])
}
