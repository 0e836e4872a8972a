import { connect } from '@tygase/client'
import { Cluster, type Engine } from '@tygase/cluster'
import { localRegistry } from '@tygase/cluster/local'
import { MemoryNetwork, memoryEngine } from '@tygase/cluster/memory'
import { natsEngine } from '@tygase/cluster/nats'
import { systemClock } from '@tygase/gamestate/internal'
import { Server } from '@tygase/server'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { counting } from './support/counting-game.js'
import { freePort, NatsServer } from './support/nats-server.js'
import { buildPuppet, type PuppetWorker, startPuppet } from './support/puppets.js'

// The cases of a list of servers, of load and of messages between servers, on each engine.

const leaseMs = 600
const patience = { timeout: 60_000, interval: 10 }

/** An engine, and what ends it as the death of its process does. */
interface Mortal {
  readonly engine: Engine
  kill(): Promise<void> | void
}

/** How engines of one cluster are made. */
interface EngineKind {
  begin(): Promise<void> | void
  make(): Promise<Mortal>
  end(): Promise<void> | void
}

let network: MemoryNetwork
const memory: EngineKind = {
  begin: () => {
    network = new MemoryNetwork({ clock: systemClock })
  },
  make: async () => {
    const engine = memoryEngine(network, { logger: false })
    return { engine, kill: () => network.cut(engine) }
  },
  end: () => {},
}

let endRegistry = (): void => {}
const puppets: PuppetWorker[] = []
const local: EngineKind = {
  begin: async () => {
    await buildPuppet()
    endRegistry = localRegistry({ logger: false })
  },
  make: async () => {
    const puppet = await startPuppet()
    puppets.push(puppet)
    return { engine: puppet.engine, kill: () => puppet.kill() }
  },
  end: async () => {
    await Promise.all(puppets.splice(0).map((puppet) => puppet.kill()))
    endRegistry()
  },
}

let natsServer: NatsServer
const nats: EngineKind = {
  begin: async () => {
    natsServer = await NatsServer.start()
  },
  make: async () => {
    const engine = await natsEngine({
      servers: `127.0.0.1:${natsServer.port}`,
      bucket: `cases-${bucket}`,
      logger: false,
    })
    return { engine, kill: () => engine.close() }
  },
  end: () => natsServer.close(),
}

let bucket = 0

describe.each([
  ['in memory', memory],
  ['of one machine', local],
  ['on NATS', nats],
])('servers whose engine is %s', (_, kind) => {
  const ends: (() => unknown)[] = []
  beforeAll(() => kind.begin())
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
    bucket++
  })
  afterAll(() => kind.end())

  async function start(options: { maxSessions?: number; weight?: number; ownLeaseMs?: number } = {}) {
    const { maxSessions = 1000, weight = 1, ownLeaseMs = leaseMs } = options
    const { engine, kill } = await kind.make()
    // the port is known once it listens: servers of this test are found by it
    const port = await freePort()
    const cluster = new Cluster({
      engine,
      address: `ws://localhost:${port}`,
      leaseMs: ownLeaseMs,
      weight,
      logger: false,
    })
    const server = new Server({ cluster, maxSessions, maxSessionsPerAddress: 10_000, logger: false })
    server.define('arena', counting)
    await server.run({ port })
    const address = `ws://localhost:${port}`
    let isDead = false
    ends.push(async () => {
      // the engine of a process that was killed answers nothing any more
      if (isDead) return
      await server.shutdown({ endSessions: true })
      await engine.close()
    })
    const die = async (): Promise<void> => {
      isDead = true
      await kill()
    }
    return { server, cluster, address, kill: die }
  }

  const join = async (address: string, path: string) => {
    const player = await connect<typeof counting>(`${address}${path}`, { logger: false })
    ends.push(() => player.disconnect())
    return player
  }

  it('list each other, and not one that has died, and one that starts again once [C9]', async () => {
    const [a, b] = [await start(), await start()]
    const listed = ({ cluster }: typeof a) => cluster.servers.map(({ address }) => address).sort()
    const both = [a.address, b.address].sort()
    await vi.waitFor(() => expect([listed(a), listed(b)]).toEqual([both, both]), patience)
    expect(a.cluster.servers[0]).toMatchObject({ processId: process.pid, sessions: 0, maxSessions: 1000, weight: 1 })
    await b.kill()
    await vi.waitFor(() => expect(listed(a)).toEqual([a.address]), patience)
    const again = await start()
    await vi.waitFor(() => expect(listed(a)).toEqual([a.address, again.address].sort()), patience)
  })

  it('share new rooms by their load, up to their limits, and refuse with a reason when all are full [C10]', async () => {
    // a server that does not answer within a quarter of it is passed over, and this machine may be busy
    const ownLeaseMs = 3000
    const servers = [await start({ maxSessions: 5, ownLeaseMs }), await start({ maxSessions: 6, ownLeaseMs })]
    const loads = () => servers.map(({ server }) => server.stats.sessions)
    const known = () => {
      const seen = servers.map(({ cluster }) => cluster.servers.map(({ sessions }) => sessions).sort())
      const wanted = loads().sort()
      expect(seen).toEqual([wanted, wanted])
    }
    for (let clients = 0; clients < 10; clients++) {
      await vi.waitFor(known, patience)
      await join(servers[clients % 2]!.address, `/arena/${clients}`)
    }
    // a server counts those that it has sent elsewhere until their server says so: on a busy machine one may be counted twice
    expect([
      [5, 5],
      [4, 6],
    ]).toContainEqual(loads())
    await join(servers[0]!.address, '/arena/10')
    expect(loads()).toEqual([5, 6])
    await expect(connect(`${servers[0]!.address}/arena/11`, { logger: false, timeoutMs: 1500 })).rejects.toMatchObject({
      code: 'connect_refused',
      closeInfo: { code: 'server_full' },
    })
  })

  it('bring a message of one to subscribers at the other, once [C12]', async () => {
    const [a, b] = [await start(), await start()]
    for (const { server } of [a, b]) server.channels.create('news', { scope: 'cluster', publishers: 'all' })
    await a.server.createRoom('arena', { id: 'a' })
    await b.server.createRoom('arena', { id: 'b' })
    const [near, far] = [await join(a.address, '/arena/a'), await join(b.address, '/arena/b')]
    const heard: unknown[] = []
    await far.serverChannels.subscribe('news', ({ data }) => void heard.push(data))
    for (let number = 1; number <= 20; number++) await near.serverChannels.publishJson('news', number)
    await vi.waitFor(() => expect(heard).toHaveLength(20), patience)
    expect(heard).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })
})
