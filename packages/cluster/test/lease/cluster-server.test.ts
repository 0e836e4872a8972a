import { describe, expect, it } from 'vitest'
import type { ClusterServer, JoinClusterOptions } from '../../src/lease/cluster-server.js'
import { joinCluster } from '../../src/lease/cluster-server.js'
import { roomKey, serverKey, writeRecord } from '../../src/lease/server-record.js'
import { virtualStage } from '../support/virtual-stage.js'

const leaseMs = 1000

/** Servers of one cluster, each with an engine of its own. */
function cluster() {
  const stage = virtualStage({ seed: 16, noticeMs: 50 })
  const { clock, network } = stage
  const join = async (options: Partial<JoinClusterOptions> = {}) => {
    const engine = stage.engine({ timeoutMs: 200 })
    const server = await stage.run(joinCluster({ engine, clock, leaseMs, logger: false, ...options }))
    return { engine, server }
  }
  const play = (ms: number) => stage.time.moveTo(clock.now() + ms, () => false)
  const codeOf = (promise: Promise<unknown>) =>
    stage.run(
      promise.then(
        () => 'no error',
        (error) => error.code,
      ),
    )
  return { ...stage, join, play, codeOf, network }
}

const idsOf = (server: ClusterServer): string[] => server.servers.map(({ serverId }) => serverId)

describe('the list of servers', () => {
  it('has every server with process, address and load; one that dies leaves it, and comes back as a new one [C9]', async () => {
    const { join, play, run, network } = cluster()
    const a = await join({ address: 'ws://a', processId: 1, sessions: 3, weight: 2 })
    const b = await join({ address: 'ws://b', processId: 2, maxSessions: 50 })
    let changes = 0
    a.server.onServers(() => changes++)
    await play(100)
    for (const { server } of [a, b]) {
      expect(server.servers.map(({ serverId: _, ...rest }) => rest).sort((x, y) => x.processId - y.processId)).toEqual([
        { address: 'ws://a', processId: 1, sessions: 3, maxSessions: 1000, weight: 2, kinds: {}, status: 'up' },
        { address: 'ws://b', processId: 2, sessions: 0, maxSessions: 50, weight: 1, kinds: {}, status: 'up' },
      ])
    }
    network.cut(b.engine)
    await play(leaseMs)
    expect(idsOf(a.server)).toContain(b.server.serverId)
    await play(leaseMs / 2)
    expect(idsOf(a.server)).toEqual([a.server.serverId])
    const again = await join({ address: 'ws://b', processId: 3 })
    await play(100)
    expect(idsOf(a.server)).toEqual([a.server.serverId, again.server.serverId].sort())
    expect(changes).toBeGreaterThan(0)
    expect(await run(a.engine.records.get(serverKey(b.server.serverId)))).not.toBe(undefined)
    // the record of the dead one does not stay for ever
    await play(12 * leaseMs)
    expect(await run(a.engine.records.get(serverKey(b.server.serverId)))).toBe(undefined)
    expect(idsOf(a.server).length).toBe(2)
  })

  it('has what a server reports from its next renewal on, and a draining one at once', async () => {
    const { join, play } = cluster()
    const a = await join()
    const b = await join()
    b.server.report({ sessions: 7, address: 'ws://new' })
    await play(leaseMs / 2)
    const seen = () => a.server.servers.find(({ serverId }) => serverId === b.server.serverId)
    expect(seen()).toMatchObject({ sessions: 7, address: 'ws://new', status: 'up' })
    b.server.drain()
    await play(20)
    expect(seen()?.status).toBe('draining')
  })

  it('is where new rooms are placed: not at a server that drains, is full or has died [C10]', async () => {
    const { join, play, network } = cluster()
    const a = await join({ sessions: 5, maxSessions: 8 })
    const b = await join({ maxSessions: 2 })
    const c = await join()
    await play(100)
    network.cut(c.engine)
    await play(1.5 * leaseMs)
    const placed = Array.from({ length: 5 }, () => a.server.place().serverId)
    expect(placed.filter((id) => id === b.server.serverId).length).toBe(2)
    expect(placed.filter((id) => id === a.server.serverId).length).toBe(3)
    b.server.drain()
    a.server.report({ sessions: 8 })
    await play(0.3 * leaseMs)
    expect(() => a.server.place()).toThrow(expect.objectContaining({ code: 'cluster_full' }))
  })

  it('loses a server that leaves at once, with its rooms free for others', async () => {
    const { join, play, run } = cluster()
    const a = await join()
    const b = await join()
    await run(b.server.claim('arena/1'))
    await run(b.server.leave())
    await play(20)
    expect(idsOf(a.server)).toEqual([a.server.serverId])
    expect([b.server.isOver, b.server.mayAct]).toEqual([true, false])
    expect(await run(a.server.claim('arena/1'))).toEqual({ isOwn: true, epoch: 2 })
  })

  it('leaves out a record that is damaged', async () => {
    const { join, play, run } = cluster()
    const a = await join()
    await run(a.engine.records.create('server.other', Uint8Array.of(123)))
    await play(100)
    expect(idsOf(a.server)).toEqual([a.server.serverId])
  })
})

describe('a claim', () => {
  it('is not acted for from the moment on in which it is given back', async () => {
    const { join, run } = cluster()
    const { server } = await join()
    await run(server.claim('arena/1'))
    const releasing = server.release('arena/1')
    expect(server.epochOf('arena/1')).toBe(undefined)
    await run(releasing)
  })

  it('can be claimed by others again if the server that its record names does not know it, and says so', async () => {
    const { join, run, play } = cluster()
    const [a, b] = [await join(), await join()]
    await play(100)
    await run(a.engine.records.create(roomKey('arena/1'), writeRecord({ serverId: a.server.serverId, epoch: 1 })))
    expect((await run(b.server.claim('arena/1'))).isOwn).toBe(false)
    await run(a.server.disown('arena/1'))
    expect((await run(b.server.claim('arena/1'))).isOwn).toBe(true)
    // of a room that it knows, or that another one has, nothing changes
    await run(a.server.claim('arena/2'))
    await run(a.server.disown('arena/2'))
    await run(a.server.disown('arena/1'))
    expect(a.server.epochOf('arena/2')).toBe(1)
    expect((await run(a.server.claim('arena/1'))).isOwn).toBe(false)
  })

  it('gives a room to one of all that claim it at once, and says to the others whose it is', async () => {
    const { join, run } = cluster()
    const servers = [await join(), await join(), await join()].map(({ server }) => server)
    const asked = servers.flatMap((server) => [server.claim('arena/1'), server.claim('arena/1')])
    const claims = await run(Promise.all(asked))
    const owner = servers.find((server) => server.epochOf('arena/1') !== undefined)!
    expect(claims.filter(({ isOwn }) => isOwn)).toEqual([
      { isOwn: true, epoch: 1 },
      { isOwn: true, epoch: 1 },
    ])
    expect(claims.filter(({ isOwn }) => !isOwn)).toEqual(Array(4).fill({ isOwn: false, serverId: owner.serverId }))
    await run(owner.release('arena/1'))
    expect(owner.epochOf('arena/1')).toBe(undefined)
    await run(owner.release('arena/1'))
  })

  it('takes a room from a dead server with a higher epoch, and begins above the epoch that is stored', async () => {
    const { join, play, run, network } = cluster()
    const a = await join()
    const b = await join()
    expect(await run(a.server.claim('arena/1', { aboveEpoch: 4 }))).toEqual({ isOwn: true, epoch: 5 })
    network.cut(a.engine)
    await play(0.7 * leaseMs)
    expect([a.server.mayAct, a.server.epochOf('arena/1')]).toEqual([false, undefined])
    expect(await run(b.server.claim('arena/1'))).toEqual({ isOwn: false, serverId: a.server.serverId })
    await play(0.6 * leaseMs)
    expect(await run(b.server.claim('arena/1'))).toEqual({ isOwn: true, epoch: 6 })
    expect(await run(b.server.claim('arena/2', { aboveEpoch: 0 }))).toEqual({ isOwn: true, epoch: 1 })
    let ends = 0
    a.server.onEnd(() => ends++)
    network.heal(a.engine)
    await play(leaseMs)
    expect([ends, a.server.isOver, a.server.mayAct]).toEqual([1, true, false])
  })

  it('raises the epoch of a room that it has, if it is claimed above a higher one', async () => {
    const { join, run } = cluster()
    const { server } = await join()
    const other = await join()
    expect(await run(server.claim('arena/1'))).toEqual({ isOwn: true, epoch: 1 })
    expect(await run(server.claim('arena/1', { aboveEpoch: 1 }))).toEqual({ isOwn: true, epoch: 2 })
    const both = [server.claim('arena/1', { aboveEpoch: 4 }), server.claim('arena/1', { aboveEpoch: 7 })]
    expect(await run(Promise.all(both))).toEqual([
      { isOwn: true, epoch: 5 },
      { isOwn: true, epoch: 8 },
    ])
    expect(server.epochOf('arena/1')).toBe(8)
    expect(await run(server.claim('arena/1', { aboveEpoch: 3 }))).toEqual({ isOwn: true, epoch: 8 })
    expect(await run(other.server.claim('arena/1'))).toEqual({ isOwn: false, serverId: server.serverId })
  })

  it('gives a room that is given back and claimed again in the same moment to one server all the same', async () => {
    for (const laterMs of [0, 1, 5, 10, 20, 40]) {
      const { join, run, play, clock } = cluster()
      const a = await join()
      const b = await join()
      await run(a.server.claim('arena/42'))
      const releasing = a.server.release('arena/42')
      await play(laterMs)
      const claims = await run(Promise.all([a.server.claim('arena/42'), releasing]))
      const other = await run(b.server.claim('arena/42'))
      await play(100)
      const acting = [a, b].filter(({ server }) => server.epochOf('arena/42') !== undefined)
      expect([laterMs, acting.length, claims[0].isOwn || other.isOwn, clock.now() > 0]).toEqual([
        laterMs,
        1,
        true,
        true,
      ])
    }
  })

  it('takes a room at once from a server that the engine has seen die', async () => {
    const { join, play, run, network } = cluster()
    const a = await join()
    const b = await join()
    await run(a.server.claim('arena/1'))
    network.kill(a.engine)
    await play(20)
    expect(await run(b.server.claim('arena/1'))).toEqual({ isOwn: true, epoch: 2 })
  })

  it('takes a room from a server that has no record any more, a lease after it was asked for', async () => {
    const { join, play, run } = cluster()
    const a = await join()
    const claim = () => run(a.server.claim('arena/1'))
    await run(a.engine.records.create(roomKey('arena/1'), writeRecord({ serverId: 'long-gone', epoch: 8 })))
    expect(await claim()).toEqual({ isOwn: false, serverId: 'long-gone' })
    await play(0.9 * leaseMs)
    expect(await claim()).toEqual({ isOwn: false, serverId: 'long-gone' })
    await play(0.5 * leaseMs)
    expect(await claim()).toEqual({ isOwn: true, epoch: 9 })
  })

  it('is refused while the server may not act, and for good once its lease is over', async () => {
    const { join, play, codeOf, network } = cluster()
    const a = await join()
    const b = await join()
    network.stop()
    await play(0.7 * leaseMs)
    expect(await codeOf(a.server.claim('arena/1'))).toBe('not_acting')
    network.start()
    await play(leaseMs)
    expect(await codeOf(a.server.claim('arena/1'))).toBe('no error')
    network.cut(b.engine)
    await play(2 * leaseMs)
    network.heal(b.engine)
    await play(leaseMs)
    expect(await codeOf(b.server.claim('arena/2'))).toBe('lease_over')
  })

  it('that takes longer than the right to act gives no room, and the next one takes it anew', async () => {
    const { join, play, codeOf, clock, network, run } = cluster()
    const { server, engine } = await join()
    const { create } = engine.records
    Object.assign(engine.records, {
      create: async (...args: Parameters<typeof create>) => {
        const revision = await create(...args)
        network.stop()
        await new Promise<void>((resolve) => clock.schedule(0.7 * leaseMs, resolve))
        return revision
      },
    })
    expect(await codeOf(server.claim('arena/1'))).toBe('not_acting')
    expect(server.epochOf('arena/1')).toBe(undefined)
    network.start()
    await play(0.5 * leaseMs)
    expect(server.epochOf('arena/1')).toBe(undefined)
    expect(await run(server.claim('arena/1'))).toEqual({ isOwn: true, epoch: 2 })
  })

  it('gives up if others are faster again and again', async () => {
    const { join, codeOf } = cluster()
    const { server, engine } = await join()
    const conflict = () => Promise.reject(Object.assign(new Error('of a test'), { code: 'record_conflict' }))
    Object.assign(engine.records, { create: conflict })
    expect(await codeOf(server.claim('arena/1'))).toBe('room_contended')
  })

  it.each([
    ['', 0],
    ['a'.repeat(141), 0],
    ['arena/1', -1],
    ['arena/1', 0.5],
  ])('of the room %j above epoch %d is a mistake', async (room, aboveEpoch) => {
    const { join, codeOf } = cluster()
    const { server } = await join()
    expect(await codeOf(server.claim(room, { aboveEpoch }))).toBe('invalid_argument')
  })
})

describe('a lease', () => {
  it('goes on if an answer got lost: the next renewal finds the own write', async () => {
    const { join, play } = cluster()
    const { server, engine } = await join()
    const { update } = engine.records
    let lost = 0
    Object.assign(engine.records, {
      update: async (...args: Parameters<typeof update>) => {
        await update(...args)
        if (lost++ === 0) throw Object.assign(new Error('of a test'), { code: 'engine_timeout' })
      },
    })
    await play(0.3 * leaseMs)
    Object.assign(engine.records, { update })
    await play(3 * leaseMs)
    expect([lost, server.isOver, server.mayAct]).toEqual([1, false, true])
  })

  it('is over if its record is gone, by a write of its own', async () => {
    const { join, play, run } = cluster()
    const a = await join()
    const b = await join()
    const key = serverKey(a.server.serverId)
    const { revision } = (await run(b.engine.records.get(key)))!
    await run(b.engine.records.delete(key, revision))
    await play(0.5 * leaseMs)
    expect([a.server.isOver, idsOf(b.server)]).toEqual([true, [b.server.serverId]])
  })

  it('does not begin without its engine', async () => {
    const { engine, clock, network, codeOf } = cluster()
    network.stop()
    await codeOf(joinCluster({ engine: engine(), clock, leaseMs, logger: false })).then((code) =>
      expect(code).toBe('engine_disconnected'),
    )
  })

  it.each([
    [{ leaseMs: 99 }],
    [{ weight: 0 }],
    [{ maxSessions: 1.5 }],
    [{ address: 7 }],
    [{ unknown: 1 }],
    [{ engine: {} }],
  ])('is not begun with the option %j', async (option) => {
    const { engine, codeOf } = cluster()
    const options = { engine: engine(), ...option } as JoinClusterOptions
    expect(await codeOf(joinCluster(options))).toBe('invalid_argument')
  })
})
