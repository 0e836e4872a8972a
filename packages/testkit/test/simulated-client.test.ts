import { predict } from '@tygase/client/predict'
import { defineGame, EntityMap } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { datagrams, links, simulate } from '../src/index.js'
import { anything } from './support/anything.js'
import { hall } from './support/hall.js'
import { listen, play } from './support/play.js'

const networks = [
  ['WebSocket', links.mobile],
  ['datagrams', datagrams(links.mobile)],
] as const

const start = (link: (typeof networks)[number][1], clients = 2) =>
  simulate({ game: hall, clients, seed: 3, link, onConnect: listen })

describe.each(networks)('a simulated client over %s', (_, link) => {
  it('gets another network while it plays: packets sent from then on take its time', async () => {
    const simulation = await start(link, 1)
    const [client] = simulation.clients
    const timeOfRequest = async (): Promise<number> => {
      const beganMs = simulation.nowMs
      await simulation.complete(client!.connection.request('walk', 1))
      return simulation.nowMs - beganMs
    }
    client!.setLink({ ...link, latencyMs: 1000, jitterMs: 0, loss: 0 })
    expect(await timeOfRequest()).toBeGreaterThanOrEqual(2000)
    client!.setLink({ ...link, latencyMs: 5, jitterMs: 0, loss: 0 })
    // what is still under way comes first
    await simulation.step(5000)
    expect(await timeOfRequest()).toBeLessThan(200)
    // also after a cut, with a transport that is opened anew
    client!.cut()
    client!.setLink({ ...link, latencyMs: 700, jitterMs: 0, loss: 0 })
    client!.heal()
    expect(await timeOfRequest()).toBeGreaterThanOrEqual(1400)
    await simulation.end()
  })

  it('refuses a network that is none, or that is reliable if the old one is not', async () => {
    const simulation = await start(link, 1)
    const [client] = simulation.clients
    const invalid = expect.objectContaining({ code: 'invalid_argument' })
    expect(() => client!.setLink({ ...link, loss: 2 })).toThrow(invalid)
    expect(() => client!.setLink({ latencyMs: 1 } as never)).toThrow(invalid)
    expect(() => client!.setLink({ ...link, reliable: !link.reliable })).toThrow(invalid)
    await simulation.end()
  })

  it('resumes its session when it heals after a cut, with the events that were dispatched meanwhile', async () => {
    const simulation = await start(link)
    const [client] = simulation.clients
    const { clientId } = client!.connection
    client!.cut()
    await simulation.step(0)
    expect(client!.connection.status).toBe('suspended')
    client!.connection.dispatchEvent('walk', 1, { retries: Number.POSITIVE_INFINITY })
    await simulation.step(2000)
    client!.heal()
    await simulation.settle()
    expect(client!.connection.clientId).toBe(clientId)
    expect(simulation.server.store.state.guests.get(clientId)?.steps).toBe(1)
  })

  it('does not notice a silent cut that is shorter than the idle time', async () => {
    const simulation = await start(link)
    const [client] = simulation.clients
    const statuses: string[] = []
    client!.connection.onStatus((status) => statuses.push(status))
    client!.cut({ silent: true })
    await simulation.step(3000)
    client!.heal()
    await simulation.settle()
    expect(statuses).toEqual([])
  })

  it('notices a silent cut that lasts, and resumes after it', async () => {
    const simulation = await start(link)
    const [client] = simulation.clients
    client!.cut({ silent: true })
    await simulation.step(8000)
    expect(client!.connection.status).toBe('suspended')
    client!.heal()
    await simulation.settle()
    expect(client!.connection.status).toBe('connected')
  })

  it('does nothing while it is paused, and goes on afterwards', async () => {
    const simulation = await start(link)
    const [client] = simulation.clients
    client!.pause()
    await simulation.step(500)
    const { version } = client!.connection
    await simulation.step(2000)
    expect(client!.connection.version).toBe(version)
    client!.resume()
    await simulation.settle()
    expect(client!.connection.version).toBeGreaterThan(version)
  })

  it('is gone for ever after a crash, and the server notices it', async () => {
    const simulation = await start(link)
    const [client] = simulation.clients
    client!.crash()
    expect([client!.hasCrashed, client!.isGone]).toEqual([true, true])
    await simulation.runUntil(() => simulation.server.clients.size === 1)
    client!.resume()
    client!.heal()
    await simulation.step(10_000)
    expect(simulation.server.clients.size).toBe(1)
  })

  it('may join late, and leave', async () => {
    const simulation = await start(link)
    await play(simulation, 1000)
    const late = simulation.addClient()
    expect(() => late.connection).toThrow(
      expect.objectContaining({ code: 'not_connected', message: 'client 2 has not connected yet' }),
    )
    const connection = await simulation.complete(late.connected)
    expect(connection.state.guests.size).toBe(3)
    await simulation.settle()
    await simulation.complete(connection.disconnect())
    await simulation.runUntil(() => simulation.server.clients.size === 2)
    expect(late.isGone).toBe(true)
  })

  it('may have a network and options of its own', async () => {
    const simulation = await start(link)
    const near = simulation.addClient({ link: links.lan, connect: { maxVersions: 3 } })
    const began = simulation.nowMs
    const connection = await simulation.complete(near.connected)
    // the way there and back, and the tick of its join
    expect(simulation.nowMs - began).toBeLessThan(60)
    await simulation.step(1000)
    expect(connection.store.versionCount).toBe(3)
  })
})

describe('a slow reader', () => {
  it('is skipped while it reads nothing, and caught up with few bytes', async () => {
    const simulation = await simulate({
      game: hall,
      clients: 2,
      seed: 4,
      link: links.lan,
      onConnect: listen,
      server: { maxBufferedBytes: 200 },
    })
    const [slow] = simulation.clients
    slow!.pause()
    await simulation.step(3000)
    expect(simulation.server.stats.writesSkipped).toBeGreaterThan(30)
    const { bytesIn } = slow!.connection.stats
    slow!.resume()
    await simulation.settle()
    expect(slow!.connection.stats.bytesIn - bytesIn).toBeLessThan(1000)
  })
})

describe('a client with a view', () => {
  const letters = defineGame({
    initialState: () => ({ letters: new EntityMap<{ to: string; text: string }, number>() }),
    view: ({ letters }, clientId) => {
      const mine = [...letters].filter(([, { to }]) => to === clientId)
      return { letters: new EntityMap<{ to: string; text: string }, number>(mine) }
    },
    events: (on) => ({
      write: on(anything<{ to: string; text: string }>(), (state, letter, ctx) => {
        state.letters.set(ctx.tick, letter)
      }),
    }),
  })

  it('is compared with its view of each version', async () => {
    const simulation = await simulate({ game: letters, clients: 2, seed: 5, link: links.wifi })
    const [a, b] = simulation.clients.map(({ connection }) => connection)
    for (const text of ['one', 'two', 'three']) {
      a!.dispatchEvent('write', { to: b!.clientId, text }, { retries: 3 })
      await simulation.step(200)
    }
    await simulation.settle()
    expect([a!.state.letters.size, b!.state.letters.size]).toEqual([0, 3])
    await simulation.end()
  })
})

describe('the game of a simulation', () => {
  it('is that of its clients, so that they can draw and predict', async () => {
    const simulation = await simulate({ game: hall, client: { predict: predict() } })
    const { connection } = simulation.clients[0]!
    connection.dispatchEvent('say', 'hello')
    expect(connection.predicted.said).toEqual(['hello'])
    expect(connection.scene().said).toEqual(['hello'])
  })

  it('is that of an added client with options of its own, unless they have another', async () => {
    const simulation = await simulate({ game: { ...hall, version: 2 }, seed: 1 })
    const added = simulation.addClient({ connect: { predict: predict() } })
    await simulation.complete(added.connected)
    expect(added.connection.scene()).toBe(added.connection.state)
    const outdated = simulation.addClient({ connect: { game: { ...hall, version: 1 } } })
    await expect(simulation.complete(outdated.connected)).rejects.toThrow('version')
  })
})
