import {
  type AnyGame,
  applyDelta,
  createRandom,
  type EventsOf,
  encodeDelta,
  GameStateStore,
  type Immutable,
  makeTick,
  type StateOf,
  type Tick,
  type TickInput,
} from '@tygase/gamestate'
import { atOnce } from '@tygase/gamestate/internal'
import { elsewhen } from './elsewhen.js'
import { SimulationError } from './errors.js'
import { describeDifference, firstDifference } from './first-difference.js'
import { checkGame, checkOptions } from './options.js'
import { checkWholeNumbers, commandWith, seedOfRun } from './run.js'

/** An input of a tick: a client joins or leaves, or sends an event. */
type ScriptedInput<G extends AnyGame> =
  | { readonly clientId: string; readonly joins: true; readonly data?: unknown }
  | { readonly clientId: string; readonly leaves: true }
  | {
      [Name in keyof EventsOf<G> & string]: {
        readonly clientId: string
        readonly name: Name
        readonly data?: EventsOf<G>[Name]['data']
      }
    }[keyof EventsOf<G> & string]

/** Options of `syncTest`. */
export interface SyncTestOptions<G extends AnyGame> {
  /** A whole number from 1. Default 100. */
  ticks?: number
  /** A whole number from 0. Default: the seed of the run, see `seedOfRun`. */
  seed?: number
  /**
   * The inputs of a tick, in order; called once for each tick, from 1 on. `random` is seeded. Default: no inputs, so that only
   * `timeStep` is tested. The client that joined first, of those that have not left, is the host client.
   */
  script?: (tick: number, random: () => number, state: Immutable<StateOf<G>>) => readonly ScriptedInput<G>[]
  /** The command in a failure's message that runs the test again, with `SEED=` and the seed before it. Default: vitest with the calling test file, and the seed of the run. */
  command?: string
}

const optionKinds = { ticks: 'number', seed: 'number', script: 'function', command: 'string' } as const

const inputKinds = {
  clientId: 'string',
  name: 'string',
  joins: 'boolean',
  leaves: 'boolean',
  data: 'any',
} as const

/** The stream of random numbers for the script. The rules have streams of their own. */
const scriptStream = 4

/**
 * Checks that a game's rules give the same result again; prediction, replays and journals depend on it. Makes each tick twice from
 * the same version. The second time the version is a copy that went through the wire, and the clock of the system is set
 * ahead. Compares states, outcomes, dispatched events and failures.
 *
 * @throws SimulationError `not_deterministic` with the tick and the path of the first difference; `invalid_argument`
 */
export function syncTest<G extends AnyGame>(game: G, options: SyncTestOptions<G> = {}): void {
  checkGame('the first argument of syncTest', game)
  checkOptions('syncTest', options, optionKinds)
  const { ticks = 100, seed = seedOfRun(), script = () => [] } = options
  checkWholeNumbers({ ticks }, 1)
  checkWholeNumbers({ seed })
  const again = commandWith(seed, options.command, new Error().stack)
  const random = createRandom(seed, scriptStream)
  const cast = new Cast()
  let { state } = new GameStateStore<StateOf<G>>(game.initialState())
  for (let tick = 1; tick <= ticks; tick++) {
    const scripted: readonly ScriptedInput<G>[] = atOnce('script', script(tick, random, state))
    checkScript(game, tick, scripted)
    const inputs = scripted.map((input) => cast.inputOf(input))
    const copy = applyDelta<StateOf<G>>(undefined, encodeDelta<StateOf<G>>(undefined, state))
    const first = makeTick(game, state, inputs, { tick, seed })
    const second = elsewhen(() => makeTick(game, copy, inputs, { tick, seed }))
    const difference = firstDifference(comparable(first), comparable(second))
    if (difference !== undefined) {
      const place = describeDifference({ ...difference, path: difference.path.replace(/^state\.?/, '') })
      const during = inputs.length === 0 ? 'timeStep alone' : inputs.map(describe).join(', ')
      throw new SimulationError(
        'not_deterministic',
        `tick ${tick} gave another result when it was made again, at ${place} (first time against second)\n  ` +
          `its inputs: ${during}\n  seed ${seed}; again: ${again}`,
      )
    }
    state = first.state
  }
}

/** @throws SimulationError `invalid_argument` for an input that would do nothing, as an event that the game does not have */
function checkScript(game: AnyGame, tick: number, inputs: unknown): void {
  const place = `the script of tick ${tick}`
  if (!Array.isArray(inputs)) throw new SimulationError('invalid_argument', `${place} returns no list of inputs`)
  for (const input of inputs) {
    checkOptions(`an input in ${place}`, input, inputKinds)
    const { clientId, name, joins, leaves } = input as Record<string, unknown>
    if (clientId === undefined) throw new SimulationError('invalid_argument', `${place} has an input without clientId`)
    if (joins === true || leaves === true) continue
    const names = Object.keys(game.events).filter((each) => game.events[each]?.from === 'client')
    if (typeof name === 'string' && names.includes(name)) continue
    const known = names.length === 0 ? 'clients of the game send no events' : `clients send ${names.join(', ')}`
    const wrong = name === undefined ? 'an input that does nothing' : `the event '${name}' of '${clientId}'`
    throw new SimulationError('invalid_argument', `${place} has ${wrong}; ${known}`)
  }
}

/** The clients of a script, with the number of the last event of each. */
class Cast {
  readonly #joinData = new Map<string, unknown>()
  readonly #sequences = new Map<string, number>()

  inputOf(scripted: ScriptedInput<AnyGame>): TickInput {
    const { clientId } = scripted
    if ('joins' in scripted) {
      this.#joinData.set(clientId, scripted.data)
      return { kind: 'join', client: this.#clientOf(clientId) }
    }
    const client = this.#clientOf(clientId)
    if ('leaves' in scripted) {
      this.#joinData.delete(clientId)
      return { kind: 'leave', client }
    }
    const sequence = (this.#sequences.get(clientId) ?? 0) + 1
    this.#sequences.set(clientId, sequence)
    return { kind: 'event', name: scripted.name, data: scripted.data, client, sequence }
  }

  #clientOf(id: string) {
    const [host] = this.#joinData.keys()
    return { id, userId: undefined, name: undefined, isHost: id === host, data: this.#joinData.get(id) }
  }
}

/** The parts of a tick that are compared. Errors differ as objects, so their texts stand for them. */
function comparable<State>({ state, outcomes, dispatches, failures }: Tick<State>): object {
  return {
    state,
    outcomes,
    dispatches,
    failures: failures.map(({ rule, error }) => ({ rule, error: String(error) })),
  }
}

function describe(input: TickInput): string {
  if (input.kind === 'join') return `'${input.client.id}' joins`
  if (input.kind === 'leave') return `'${input.client.id}' leaves`
  return `'${input.name}' from '${input.client?.id}'`
}
