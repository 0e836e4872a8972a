import { connect } from '@tygase/client'
import { Cluster, type ClusterOptions, signEngine } from '@tygase/cluster'
import { memoryEngine } from '@tygase/cluster/memory'
import { defineGame } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { describe, expect, it } from 'vitest'
import { ClusterWorld, type Process } from './support.js'

const secret = 'a secret of a test'

const numbers = (through: number): number[] => [...Array(through).keys()].map((index) => index + 1)

/** A client that has subscribed to `news` of its server. @returns what it hears, of whom */
async function subscribed(world: ClusterWorld, path: string, at: Process) {
  const player = await world.until(connect(`${at.address}${path}`, world.clientOptions()))
  const heard: [data: unknown, from: string | undefined][] = []
  await world.until(player.serverChannels.subscribe('news', ({ data, from }) => void heard.push([data, from])))
  return { player, heard }
}

/** Joins a cluster on the network of a world, with other options. */
async function joined(world: ClusterWorld, options: Partial<ClusterOptions>) {
  const { clock } = world.time
  const engine = memoryEngine(world.network, { clock, logger: false })
  const cluster = new Cluster({ engine, clock, logger: false, leaseMs: 1000, ...options })
  const server = new Server({ cluster, clock, logger: false })
  server.define('arena', defineGame({ initialState: () => ({}) }), {})
  await world.until(server.run({ port: false }))
  return { cluster, server }
}

/** @returns the code of the error by which a room is not made, which another server may have */
const made = (world: ClusterWorld, server: Server): Promise<string> =>
  world.until(
    server.createRoom('arena', { id: '1' }).then(
      () => 'made',
      ({ code }: { code: string }) => code,
    ),
  )

describe('channels of a cluster', () => {
  it('bring messages of clients at two servers to subscribers at all, once and in order, over three restarts of the engine [C12]', async () => {
    const world = new ClusterWorld(3)
    const [a, b] = [await world.start(), await world.start()]
    for (const { server } of [a, b]) server.channels.create('news', { scope: 'cluster', publishers: 'all' })
    const subscribers = []
    for (let count = 0; count < 3; count++) {
      for (const process of [a, b]) {
        // each at a room of its own server
        const room = await world.until(process.server.createRoom('arena', { id: `${process.address.at(-1)}${count}` }))
        subscribers.push(await subscribed(world, `/arena/${room.id}`, process))
      }
    }
    await world.play(500)
    const [first, second] = subscribers
    let sent = 0
    const publish = async (forMs: number): Promise<void> => {
      for (let ms = 0; ms < forMs; ms += 50) {
        sent++
        for (const { player } of [first!, second!]) void player.serverChannels.publishJson('news', sent)
        await world.play(50)
      }
    }
    for (const stoppedMs of [300, 1000, 2500]) {
      await publish(500)
      world.network.stop()
      await publish(stoppedMs)
      world.network.start()
    }
    await publish(500)
    await world.play(5000)
    for (const { heard } of subscribers) {
      for (const { player } of [first!, second!]) {
        expect(heard.filter(([, from]) => from === player.clientId).map(([data]) => data)).toEqual(numbers(sent))
      }
    }
    expect([a, b].map(({ server }) => server.channels.lost)).toEqual([0, 0])
  })
})

describe('broadcasts', () => {
  it('reach listeners at all servers, the own one included, once and in order', async () => {
    const world = new ClusterWorld(4)
    const [a, b] = [await world.start(), await world.start()]
    const heard = [a, b, b].map(({ cluster }) => {
      const values: unknown[] = []
      return { values, off: cluster.onBroadcast('reload', (value) => values.push(value)) }
    })
    b.cluster.onBroadcast('reload', () => {
      throw new Error('of a test')
    })
    await world.play(200)
    a.cluster.broadcast('reload', { rules: 2, of: ['arena'] })
    world.network.stop()
    a.cluster.broadcast('reload', 2)
    a.cluster.broadcast('other', 3)
    b.cluster.broadcast('reload', 'of b')
    await world.play(500)
    world.network.start()
    await world.play(2000)
    const ofA = [{ rules: 2, of: ['arena'] }, 2]
    for (const { values } of heard) {
      expect(values.filter((value) => value !== 'of b')).toEqual(ofA)
      expect(values.length).toBe(3)
    }
    heard[1]!.off()
    heard[1]!.off()
    a.cluster.broadcast('reload', 4)
    await world.play(500)
    expect(heard.map(({ values }) => values.length)).toEqual([4, 3, 4])
    const invalid = expect.objectContaining({ code: 'invalid_argument' })
    expect(() => a.cluster.broadcast('', 1)).toThrow(invalid)
    expect(() => a.cluster.onBroadcast('a'.repeat(201), () => {})).toThrow(invalid)
    expect(() => a.cluster.onBroadcast('reload', 5 as never)).toThrow(invalid)
    expect(() => a.cluster.broadcast('reload', () => {})).toThrow(expect.objectContaining({ code: 'invalid_value' }))
  })
})

describe('a cluster with a secret', () => {
  it('is no way in for a packet of a client, and a message of a server is none to a game [C11]', async () => {
    const world = new ClusterWorld(6)
    const { cluster, server } = await joined(world, { secret })
    const engine = memoryEngine(world.network, { clock: world.time.clock, logger: false })
    const subject = `tygase.ask.${cluster.serverId}`
    // the first packet of a client
    let hello = new Uint8Array()
    const openTransport = () => {
      const transport = server.openTransport()
      const send = transport.send.bind(transport)
      transport.send = (bytes) => {
        hello = hello.length > 0 ? hello : bytes.slice()
        send(bytes)
      }
      return transport
    }
    const { link: _, ...options } = world.clientOptions()
    await world.until(connect({ openTransport, path: '/arena/1' } as never, options))
    const answer = await world.until(engine.request(subject, hello, { timeoutMs: 1000 }))
    expect([hello.length > 0, answer.length, cluster.refused]).toEqual([true, 0, 1])
    // a request of a server, as the engine carries it
    let request = new Uint8Array()
    engine.respond('tygase.ask.other', (bytes) => {
      request = bytes.slice()
      return bytes
    })
    await world.play(100)
    const signed = signEngine(engine, { secret, logger: false })
    await world.until(signed.request('ask.other', hello, { timeoutMs: 1000 }).catch(() => {}))
    const transport = server.openTransport()
    let closed: number | undefined
    transport.onClose = (code) => {
      closed = code
    }
    transport.send(request)
    await world.play(2000)
    expect([request.length > 0, closed !== undefined, server.stats.sessions]).toEqual([true, true, 1])
  })

  it('lists and hears servers with the same one, and refuses and counts those with another one [C11]', async () => {
    const world = new ClusterWorld(5)
    const [a, b] = [await joined(world, { secret }), await joined(world, { secret })]
    const stranger = await joined(world, { secret: 'another secret of a test' })
    const values: unknown[] = []
    a.cluster.onBroadcast('news', (value) => values.push(value))
    await world.play(1000)
    b.cluster.broadcast('news', 'right')
    stranger.cluster.broadcast('news', 'wrong')
    await world.play(3000)
    expect(values).toEqual(['right'])
    expect([a, b, stranger].map(({ cluster }) => cluster.servers.length)).toEqual([2, 2, 1])
    expect([a, b, stranger].every(({ cluster }) => cluster.refused > 0)).toBe(true)
    // a room that one of them has is not made by the other
    await world.until(a.server.createRoom('arena', { id: '1' }))
    expect(await made(world, stranger.server)).toBe('record_forged')
  })

  it('does not take servers with another secret for gone between two renewals, however long a lease is', async () => {
    const world = new ClusterWorld(7)
    const leaseMs = 200_000
    const a = await joined(world, { secret, leaseMs })
    const stranger = await joined(world, { secret: 'another secret of a test', leaseMs })
    // a room without a player would end
    const { link: _, ...options } = world.clientOptions()
    await world.until(connect({ openTransport: a.server.openTransport, path: '/arena/1' } as never, options))
    for (let look = 0; look < 30; look++) {
      expect(await made(world, stranger.server)).toBe('record_forged')
      await world.play(35_000)
    }
  })
})
