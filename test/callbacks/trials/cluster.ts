import { Cluster, type ClusterServer, type Engine, joinCluster, signEngine } from '@tygase/cluster'
import { MemoryNetwork, memoryEngine } from '@tygase/cluster/memory'
import { systemClock } from '@tygase/gamestate/internal'
import type { Stage, Trial } from '../stage.js'

const bytes = Uint8Array.of(1)

/** An engine in memory, and what a trial does with it until the user's error is logged. */
const engineLogs = (logged: RegExp, act: (engine: Engine, stage: Stage, network: MemoryNetwork) => unknown): Trial => ({
  logged,
  run: async (stage) => {
    // no message overtakes another one
    const network = new MemoryNetwork({ clock: systemClock, maxDelayMs: 0 })
    const engine = memoryEngine(network, { logger: stage.logger })
    stage.onEnd(() => engine.close())
    await act(engine, stage, network)
    await stage.logged()
  },
})

const serverLogs = (logged: RegExp, act: (server: ClusterServer, engine: Engine, stage: Stage) => unknown): Trial =>
  engineLogs(logged, async (engine, stage) => {
    const server = await joinCluster({ engine, leaseMs: 600_000, logger: stage.logger })
    stage.onEnd(() => server.leave())
    await act(server, engine, stage)
  })

export const clusterTrials: Readonly<Record<string, Trial>> = {
  'Cluster.onBroadcast(listener)': engineLogs(/a listener of the broadcast 'news' failed/, (engine, stage) => {
    const cluster = new Cluster({ engine, logger: stage.logger })
    cluster.onBroadcast('news', stage.fail)
    cluster.broadcast('news', 1)
  }),
  'SignedEngine.subscribe(listener)': engineLogs(/a subscriber failed/, (engine, stage) => {
    const signed = signEngine(engine, { secret: 'a secret of a test', logger: stage.logger })
    signed.subscribe('news', stage.fail)
    signed.publish('news', bytes)
  }),
  'SignEngineOptions.wallClock.now': engineLogs(/wallClock failed/, (engine, stage) => {
    const wallClock = { now: stage.fail as () => number }
    const signed = signEngine(engine, { secret: 'a secret of a test', wallClock, logger: stage.logger })
    signed.publish('news', bytes)
  }),
  'Engine.onConnection(listener)': engineLogs(/onConnection failed/, (engine, stage, network) => {
    engine.onConnection(stage.fail)
    network.stop()
  }),
  'Engine.subscribe(listener)': engineLogs(/a subscriber failed/, (engine, stage) => {
    engine.subscribe('news', stage.fail)
    engine.publish('news', bytes)
  }),
  'Engine.respond(responder)': engineLogs(/a responder failed/, async (engine, stage) => {
    engine.respond('job', stage.fail)
    await engine.request('job', bytes, { timeoutMs: 60_000 }).then(
      () => Promise.reject(new Error('the responder has answered')),
      () => {},
    )
  }),
  'EngineRecords.watch(onChange)': engineLogs(/a watcher of records failed/, async (engine, stage) => {
    engine.records.watch('room', stage.fail)
    await engine.records.create('room.a', bytes)
  }),
  'ClusterServer.onServers(listener)': serverLogs(/a listener of servers failed/, (server, _engine, stage) => {
    server.onServers(stage.fail)
    server.drain()
  }),
  'ClusterServer.onEnd(listener)': serverLogs(/onEnd failed/, async (server, { records }, stage) => {
    server.onEnd(stage.fail)
    const key = `server.${server.serverId}`
    const record = await records.get(key)
    await records.delete(key, record?.revision ?? 0)
    // it renews its lease at once, and finds out
    server.drain()
  }),
}
