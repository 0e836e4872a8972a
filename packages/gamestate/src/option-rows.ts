import { machineOptionRanges } from './machine-options.js'
import type { OptionRange, OptionRow } from './option-table.js'
import { storeOptionRanges } from './store.js'

const logger = 'Gets warnings and errors. A repeated message is printed once a second with its count. `false`: none.'

/** The options of `new GameStateStore(state, options)`. */
export const storeOptionRows = rowsOf(storeOptionRanges, {
  maxVersions: 'Versions that the store keeps, the current one included.',
  maxAgeMs: 'How long the store keeps a version after a newer one has replaced it.',
  maxHeldVersions: 'Older versions that the store keeps besides, as bases of clients. Beyond, the oldest goes.',
  firstVersion: 'The number of the first version, for a state that goes on.',
  firstTimeMs: 'The time of the first version.',
  logger,
})

/** The options of `new GameStateMachine(store, game, options)`. */
export const machineOptionRows = rowsOf(machineOptionRanges, {
  seed: 'Names the streams of `ctx.random()`: the same seed and inputs give the same game.',
  maxCatchUpSteps: 'Ticks made in one go when the process is late. Whole ticks beyond are dropped and counted.',
  maxQueuedEvents: 'Inputs that wait for a tick. An event beyond is refused; joins and leaves are always taken.',
  maxQueuedEventsPerClient: 'Events of one client that wait for a tick. One beyond is refused.',
  maxAheadMs:
    'How long an event may wait for the tick that its client has stamped it with. A later stamp is cut to that.',
  sendEveryTicks: 'Clients get the newest version of every n-th tick. For `ctx.seen`.',
  clientTimeShare:
    'Share of the time between two ticks in which inputs of one client are begun, one at least. The rest waits. Clients that take more than 0.02 share 0.35, or this if it is more.',
  firstStepAtMs: 'Function of the time of `run`: when the first tick is due.',
  isHeldUp: 'Function that is asked before each tick of `run`: true leaves it out, and it counts as dropped.',
  metering: 'Measures the time of ticks while its `meter` is set.',
  logger,
})

/** The parts of a game: the argument of `defineGame`. */
export const gameOptionRows: readonly OptionRow[] = [
  {
    name: 'version',
    default: 0,
    unit: 'version',
    min: 0,
    meaning: 'Of the rules. A client of another one is refused.',
  },
  { name: 'tickRate', default: 20, unit: 'Hz', min: 1, max: 1000, meaning: 'Ticks a second.' },
]

/** The options of an event: the third argument of `on`. */
export const eventOptionRows: readonly OptionRow[] = [
  { name: 'from', default: 'client', unit: '', min: 0, meaning: 'The end that may send it: `client` or `server`.' },
  {
    name: 'predict',
    default: true,
    unit: '',
    min: 0,
    meaning: 'Whether a client that runs ahead of the server runs the rule too.',
  },
  {
    name: 'random',
    default: 'secret',
    unit: '',
    min: 0,
    meaning: 'The stream of `ctx.random()`: `secret`, which no client can predict, or `own`, which its sender can.',
  },
  {
    name: 'rewind',
    default: false,
    unit: '',
    min: 0,
    meaning: 'Whether the sender says what its screen showed of others, for `ctx.seen`.',
  },
]

/** The options of a server event: the argument of `event`. */
export const serverEventOptionRows: readonly OptionRow[] = [
  {
    name: 'predict',
    default: false,
    unit: '',
    min: 0,
    meaning: 'Whether a client handles one at once that its own predicted event dispatches.',
  },
]

/** Puts the meanings to the ranges: each option has one. */
function rowsOf<const Ranges extends readonly OptionRange[]>(
  ranges: Ranges,
  meanings: Record<Ranges[number]['name'], string>,
): readonly OptionRow[] {
  return ranges.map((range) => ({ ...range, meaning: meanings[range.name as Ranges[number]['name']] }))
}
