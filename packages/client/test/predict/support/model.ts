import { type Immutable, makeTick, type TickInput } from '@tygase/gamestate'
import { type Dispatch, decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { type PendingEvent, Predictor } from '../../../src/predict/predictor.js'
import { type Field, field } from './field.js'

const self = Object.freeze({ id: 'me', userId: undefined, name: undefined, isHost: false, data: undefined })
const other = Object.freeze({ ...self, id: 'other' })

const seed = 12345

/** A server in a few lines: ticks of `makeTick` over the events that have been delivered to it, each held until its tick. */
export class ModelServer {
  tick = 0
  state: Immutable<Field>
  /** The last version in which something changed. */
  version = 0
  /** Delivered, in the order of the sequences. */
  readonly held: PendingEvent<Field>[] = []
  readonly acked = new Set<number>()
  readonly outcomes: string[] = []
  readonly dispatches: Dispatch[] = []

  constructor() {
    const joins: TickInput[] = [
      { kind: 'join', client: self },
      { kind: 'join', client: other },
    ]
    const made = makeTick(field, field.initialState(), joins, { tick: 1, seed })
    this.state = made.state
    this.tick = 1
    this.version = 1
  }

  /** @param others events of the other client in this tick */
  step(others: readonly (readonly [name: string, data?: unknown])[] = []): void {
    this.tick++
    const due: PendingEvent<Field>[] = []
    while (this.held.length > 0 && this.held[0]!.tick <= this.tick) due.push(this.held.shift()!)
    const foreign = others.map(([name, data]): TickInput => ({ kind: 'event', name, data, client: other, sequence: 1 }))
    const inputs: TickInput[] = [...foreign, ...due.map(inputOf)]
    const made = makeTick(field, this.state, inputs, { tick: this.tick, seed })
    for (const { sequence } of due) this.acked.add(sequence)
    this.outcomes.push(...made.outcomes.map(({ kind }) => kind))
    this.dispatches.push(...made.dispatches)
    if (made.state !== this.state) this.version = this.tick
    this.state = made.state
  }
}

function inputOf({ name, payload, sequence }: PendingEvent<Field>): TickInput {
  return { kind: 'event', name, data: decodeValue(payload), client: self, sequence }
}

export function pendingEvent(sequence: number, tick: number, name: string, data?: unknown): PendingEvent<Field> {
  return { sequence, tick, name, payload: encodeValue(data), atMs: 0 }
}

/** A predictor that notes the dispatches and refusals of its runs. */
export function predictorOf(version: number, state: Immutable<Field>, maxAheadTicks = 20) {
  const dispatches: Dispatch[] = []
  const refused: string[] = []
  const predictor = new Predictor<Field>(version, state, {
    game: field,
    maxAheadTicks,
    client: () => self,
    timeOf: (tick) => tick / field.tickRate,
    onDispatch: (dispatch) => dispatches.push(dispatch),
    onRefused: (rule) => refused.push(rule),
  })
  return { predictor, dispatches, refused }
}

/** The state after a tick, by the words of the design alone: pending events in their ticks, then `timeStep`. */
export function fold(
  version: number,
  state: Immutable<Field>,
  pending: readonly PendingEvent<Field>[],
  until: number,
): Immutable<Field> {
  let made = state
  for (let tick = version + 1; tick <= until; tick++) {
    let due = version + 1
    const inputs = pending.filter((each) => {
      due = Math.max(due, each.tick)
      return due === tick && field.events[each.name as 'steer'].predict
    })
    made = makeTick(field, made, inputs.map(inputOf), { tick, seed: 0, predicting: true }).state
  }
  return made
}
