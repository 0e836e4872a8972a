import { accountsOptionRows } from '../../packages/auth/src/accounts.js'
import { tokenOptionRows } from '../../packages/auth/src/tokens.js'
import { linkOptionTable } from '../../packages/client/src/link/simulate-link.js'
import { connectOptionTable, type otherConnectOptions, waitOptionTable } from '../../packages/client/src/options.js'
import { predictOptionTable } from '../../packages/client/src/predict/predict.js'
import { clusterOptionRows } from '../../packages/cluster/src/cluster.js'
import { joinClusterOptionRows } from '../../packages/cluster/src/lease/cluster-server.js'
import { localEngineOptionRows } from '../../packages/cluster/src/local/local-engine.js'
import { allCoresOptionRows } from '../../packages/cluster/src/local/run-on-all-cores.js'
import { memoryEngineOptionRows, memoryNetworkOptionRows } from '../../packages/cluster/src/memory/memory-network.js'
import { natsEngineOptionRows } from '../../packages/cluster/src/nats/nats-engine.js'
import { signEngineOptionRows } from '../../packages/cluster/src/trust/signed-engine.js'
import {
  eventOptionRows,
  gameOptionRows,
  machineOptionRows,
  serverEventOptionRows,
  storeOptionRows,
} from '../../packages/gamestate/src/option-rows.js'
import { httpLimitRows, httpOptionRows } from '../../packages/http/src/options.js'
import { inspectorOptionRows } from '../../packages/inspect/src/inspector/inspector-options.js'
import { prometheusOptionRows } from '../../packages/inspect/src/prometheus/prometheus.js'
import { sessionLimitRows } from '../../packages/protocol/src/limit-rows.js'
import { divergenceFilesOptionRows } from '../../packages/record/src/divergence-files.js'
import { journalOptionRows } from '../../packages/record/src/journal/open-journal.js'
import { sharedJournalOptionRows } from '../../packages/record/src/journal/shared-journal.js'
import { recordOptionRows } from '../../packages/record/src/record-room.js'
import { divergenceOptionRows } from '../../packages/server/src/divergence/divergence.js'
import { channelOptionRows, channelsOptionRows } from '../../packages/server/src/events/channel-table.js'
import { gracefulOptionRows } from '../../packages/server/src/gracefully.js'
import {
  roomOptionRows,
  runOptionRows,
  serverOptionRows,
  shutdownOptionRows,
} from '../../packages/server/src/option-tables.js'
import { saveOptionRows } from '../../packages/server/src/rooms/kind.js'
import { roomListOptionRows } from '../../packages/server/src/rooms/room-list.js'
import { lmdbStorageOptionRows } from '../../packages/storage/src/lmdb-storage.js'
import { memoryStorageOptionRows } from '../../packages/storage/src/memory-storage.js'
import { tasksOptionRows } from '../../packages/tasks/src/tasks.js'
import type { OptionSection } from './defaults-page.js'

// the bundle of a page has no sentences about these
const otherMeanings: Record<(typeof otherConnectOptions)[number], string> = {
  game: 'The rules, for the check of the version: an older or newer game is refused.',
  predict: 'Runs the rules ahead of the server: made by `predict`. Default: no prediction.',
  data: 'The data that the `joinData` of the game asks for.',
  credentials: 'Any plain value for `auth` of the server. It is in no log.',
  ticket: 'The ticket of a reserved seat.',
  signal: 'Gives up connecting when it aborts.',
  logger: 'Gets log entries; false silences them. Default: warnings and errors go to the console.',
  limits: 'See the limits of sessions.',
  link: 'A bad network for development, made by `simulateLink`.',
  clock: 'Time and timers. Default: real time.',
  random: 'Random numbers. Default: `Math.random`.',
}

const otherRows = Object.entries(otherMeanings).map(([name, meaning]) => ({
  ...{ name, meaning },
  ...{ default: undefined, unit: '', min: 0 },
}))

/** All tables of options, in the order of the page. */
export const optionSections: readonly OptionSection[] = [
  {
    heading: 'new Server',
    about: 'For all rooms together. `new Server({ game, … })` also takes the options of a kind of room.',
    rows: Object.values(serverOptionRows),
  },
  {
    heading: 'define',
    about:
      'A kind of room: the third argument of `server.define(kind, game, options)`. See [rooms](../guides/rooms.md).',
    rows: Object.values(roomOptionRows),
  },
  {
    heading: 'defineRoomList',
    about: 'The argument of `server.defineRoomList`: [a live list](../guides/rooms.md#a-live-list).',
    rows: Object.values(roomListOptionRows),
  },
  {
    heading: 'save',
    about: 'The option `save` of a kind of room: [saved rooms](../guides/rooms.md#saved-rooms).',
    rows: Object.values(saveOptionRows),
  },
  {
    heading: 'divergence',
    about:
      'The option `divergence` of a kind of room: [when a replica is wrong](../guides/production.md#when-a-replica-is-wrong).',
    rows: Object.values(divergenceOptionRows),
  },
  {
    heading: 'channels',
    about: 'The option `channels` of a server and of a kind of room: [channels](../guides/channels.md).',
    rows: Object.values(channelsOptionRows),
  },
  {
    heading: 'channels.create',
    about: 'The second argument of `channels.create(name, options)`.',
    rows: Object.values(channelOptionRows),
  },
  { heading: 'run', about: 'The argument of `server.run`.', rows: runOptionRows },
  { heading: 'shutdown', about: 'The argument of `server.shutdown`.', rows: Object.values(shutdownOptionRows) },
  {
    heading: 'gracefully',
    about: 'Ends the process well at a signal: [production](../guides/production.md#the-end).',
    rows: Object.values(gracefulOptionRows),
  },
  {
    heading: 'Limits of sessions',
    about: 'The `limits` of `new Server`, of a kind of room, and of `connect`: sizes, rates and times.',
    rows: sessionLimitRows,
  },
  {
    heading: 'connect',
    about: 'The second argument of `connect(address, options)`.',
    rows: [...connectOptionTable, ...otherRows],
  },
  {
    heading: 'waitUntil',
    about: 'The second argument of `connection.waitUntil(predicate, options)`.',
    rows: waitOptionTable,
  },
  {
    heading: 'simulateLink',
    about: '`@tygase/client/link`: the option `link` of `connect`, a bad network for development.',
    rows: linkOptionTable,
  },
  {
    heading: 'predict',
    about: '`@tygase/client/predict`: the option `predict` of `connect`.',
    rows: predictOptionTable,
  },
  { heading: 'createTokens', about: '`@tygase/auth`: [tokens](../guides/auth.md#tokens).', rows: tokenOptionRows },
  {
    heading: 'new Accounts',
    about: '`@tygase/auth`: [accounts](../guides/auth.md#accounts).',
    rows: accountsOptionRows,
  },
  { heading: 'createHttp', about: '`@tygase/http`: [HTTP](../guides/http.md).', rows: httpOptionRows },
  { heading: 'Limits of createHttp', about: 'The `limits` of `createHttp`.', rows: httpLimitRows },
  {
    heading: 'lmdbStorage',
    about: '`@tygase/storage`: a file on this machine.',
    rows: lmdbStorageOptionRows,
  },
  { heading: 'memoryStorage', about: '`@tygase/storage`: memory of the process.', rows: memoryStorageOptionRows },
  {
    heading: 'openJournal',
    about: '`@tygase/record`: [what survives](../guides/what-survives.md).',
    rows: journalOptionRows,
  },
  {
    heading: 'openSharedJournal',
    about: '`@tygase/record`: [many processes](../guides/what-survives.md#many-processes).',
    rows: sharedJournalOptionRows,
  },
  {
    heading: 'divergenceFiles',
    about: '`@tygase/record`: [when a replica is wrong](../guides/production.md#when-a-replica-is-wrong).',
    rows: divergenceFilesOptionRows,
  },
  { heading: 'record', about: '`@tygase/record`: [recordings](../guides/recordings.md).', rows: recordOptionRows },
  {
    heading: 'new Cluster',
    about: '`@tygase/cluster`: [many processes](../guides/many-processes.md).',
    rows: clusterOptionRows,
  },
  {
    heading: 'joinCluster',
    about: '`@tygase/cluster`: a lease without a server.',
    rows: joinClusterOptionRows,
  },
  {
    heading: 'signEngine',
    about: '`@tygase/cluster`: [trust](../internals/cluster.md#trust).',
    rows: signEngineOptionRows,
  },
  { heading: 'runOnAllCores', about: '`@tygase/cluster/local`: one machine, one port.', rows: allCoresOptionRows },
  { heading: 'localEngine', about: '`@tygase/cluster/local`: one machine.', rows: localEngineOptionRows },
  { heading: 'natsEngine', about: '`@tygase/cluster/nats`: many machines.', rows: natsEngineOptionRows },
  { heading: 'memoryEngine', about: '`@tygase/cluster/memory`: tests.', rows: memoryEngineOptionRows },
  {
    heading: 'MemoryNetwork',
    about: '`@tygase/cluster/memory`: `new MemoryNetwork(options)`.',
    rows: memoryNetworkOptionRows,
  },
  {
    heading: 'createInspector',
    about: 'The second argument of `createInspector(server, options)`: [look at a bug](../guides/inspector.md).',
    rows: inspectorOptionRows,
  },
  {
    heading: 'createPrometheus',
    about: '`@tygase/inspect/prometheus`: [watch it run](../guides/metrics.md).',
    rows: prometheusOptionRows,
  },
  { heading: 'createTasks', about: '`@tygase/tasks`: [tasks](../guides/tasks.md).', rows: tasksOptionRows },
  { heading: 'defineGame', about: 'Numbers of a game, the argument of `defineGame`.', rows: gameOptionRows },
  { heading: 'on', about: 'The options of an event, after its handler.', rows: eventOptionRows },
  { heading: 'event', about: 'The options of a server event.', rows: serverEventOptionRows },
  {
    heading: 'new GameStateStore',
    about: 'For games without a server. A room takes the first three.',
    rows: storeOptionRows,
  },
  {
    heading: 'new GameStateMachine',
    about: 'For games without a server. A room takes the first three.',
    rows: machineOptionRows,
  },
]
