import {
  type AnyGame,
  applyDelta,
  createRandom,
  type EventsOf,
  encodeDelta,
  GameStateMachine,
  GameStateStore,
  type Immutable,
  type StateOf,
  type WireOutcome,
} from '@tygase/gamestate'
import { elsewhen } from './elsewhen.js'
import { SimulationError } from './errors.js'
import { describeDifference, firstDifference } from './first-difference.js'
import { payloadCopy } from './payload-copy.js'
import { checkWholeNumbers, repeatCommand, seedOfRun } from './run.js'

/** Something that reaches the rules in a tick: a client that joins or leaves, or one of its events. */
export type ScriptedEvent<G extends AnyGame> =
  | { readonly clientId: string; readonly joins: true }
  | { readonly clientId: string; readonly leaves: true }
  | {
      [Name in keyof EventsOf<G> & string]: {
        readonly clientId: string
        readonly name: Name
        readonly data?: EventsOf<G>[Name]['data']
      }
    }[keyof EventsOf<G> & string]

export interface SyncTestOptions<G extends AnyGame> {
  /** A whole number from 1, default 100. */
  ticks?: number
  /** A whole number from 0. Default: that of the run, see `seedOfRun`. */
  seed?: number
  /**
   * What happens in a tick, in order; asked once for each, from 1 on. `random` is drawn from the seed. Default: nothing, so that
   * `timeStep` alone is tested.
   */
  script?: (tick: number, random: () => number, state: Immutable<StateOf<G>>) => readonly ScriptedEvent<G>[]
  /** What to run again after a failure. Default: vitest with the test file from which `syncTest` is called. */
  command?: string
}

/** All that a tick brings about. */
interface TickResult<State> {
  state: Immutable<State>
  outcomes: readonly WireOutcome[]
  dispatches: readonly object[]
}

/** For the script; the machine has streams of its own. */
const scriptStream = 4

/**
 * Finds out whether a game's rules do the same when they run again, which prediction and replays rest on. Each tick is made
 * twice from the same version: the second time by another machine, from a copy of the version that has been through the
 * wire, and at another time of day. States, outcomes of events and dispatched events are compared.
 *
 * @throws SimulationError `not_deterministic` naming the tick and the path of the first difference; `invalid_argument`
 */
export function syncTest<G extends AnyGame>(game: G, options: SyncTestOptions<G> = {}): void {
  const { ticks = 100, seed = seedOfRun(), script = () => [], command = repeatCommand(new Error().stack) } = options
  checkWholeNumbers({ ticks }, 1)
  checkWholeNumbers({ seed })
  const random = createRandom(seed, scriptStream)
  let state = new GameStateStore<StateOf<G>>(game.initialState()).state
  for (let tick = 1; tick <= ticks; tick++) {
    const events = script(tick, random, state)
    const copy = applyDelta<StateOf<G>>(undefined, encodeDelta<StateOf<G>>(undefined, state))
    const first = makeTick(game, seed, state, tick, events)
    const second = elsewhen(() => makeTick(game, seed, copy, tick, events))
    const difference = firstDifference(first, second)
    if (difference !== undefined) {
      const what = describeDifference({ ...difference, path: difference.path.replace(/^state\.?/, '') })
      const during = events.length === 0 ? 'timeStep alone' : events.map(describe).join(', ')
      throw new SimulationError(
        'not_deterministic',
        `tick ${tick} came out differently when it was made again, at ${what} (first time against second)\n  ` +
          `in it: ${during}\n  seed ${seed}; again: SEED=${seed} ${command}`,
      )
    }
    state = first.state
  }
}

function makeTick<G extends AnyGame>(
  game: G,
  seed: number,
  base: Immutable<StateOf<G>>,
  tick: number,
  events: readonly ScriptedEvent<G>[],
): TickResult<StateOf<G>> {
  // reason: a version is a state that has been frozen, which is what a store would do to it
  const store = new GameStateStore<StateOf<G>>(base as StateOf<G>)
  store.reset(base, tick - 1)
  const machine = new GameStateMachine(store, game, { seed })
  const outcomes: WireOutcome[] = []
  const dispatches: object[] = []
  machine.subscribe({ onDispatch: (name, data, to) => dispatches.push({ name, data, to }) })
  for (const [index, event] of events.entries()) {
    if ('joins' in event) machine.pushJoin(event.clientId)
    else if ('leaves' in event) machine.pushLeave(event.clientId)
    else {
      const settle = (outcome: WireOutcome): void => {
        outcomes[index] = outcome
      }
      machine.pushEvent({ name: event.name, data: payloadCopy(event.data), clientId: event.clientId, settle })
    }
  }
  machine.step()
  return { state: store.state, outcomes, dispatches }
}

function describe<G extends AnyGame>(event: ScriptedEvent<G>): string {
  if ('joins' in event) return `'${event.clientId}' joins`
  if ('leaves' in event) return `'${event.clientId}' leaves`
  return `'${event.name}' of '${event.clientId}'`
}
