import { predict } from '@tygase/client/predict'
import { defineGame, event } from '@tygase/gamestate'
import { registerReader } from '@tygase/gamestate/internal'
import { describe, expect, it } from 'vitest'
import { datagrams, links, type SimulationError, seedOfRun, simulate } from '../src/index.js'
import type { GameOptions } from '../src/options.js'
import { hall } from './support/hall.js'
import { listen, play } from './support/play.js'

const start = (options: Partial<GameOptions<typeof hall>> = {}) =>
  simulate({ game: hall, clients: 3, seed: 1, onConnect: listen, ...options })

const failure = async (promise: Promise<unknown>): Promise<SimulationError> => {
  try {
    await promise
  } catch (error) {
    return error as SimulationError
  }
  throw new Error('it did not fail')
}

describe('a simulation', () => {
  it('is the same for the same seed, to the last bit, and another one for another', async () => {
    const fingerprints: number[] = []
    for (const seed of [5, 5, 6]) {
      const simulation = await start({ seed, link: datagrams(links.mobile) })
      await play(simulation, 3000)
      await simulation.settle()
      fingerprints.push(simulation.fingerprint)
    }
    expect(fingerprints[1]).toBe(fingerprints[0])
    expect(fingerprints[2]).not.toBe(fingerprints[0])
  })

  it('begins with all clients connected, and the first one as host', async () => {
    const simulation = await start()
    expect(simulation.clients.map(({ connection }) => connection.status)).toEqual(Array(3).fill('connected'))
    expect(simulation.clients.filter(({ connection }) => connection.isHost)).toHaveLength(1)
    expect([...simulation.server.clients.keys()].sort()).toEqual(
      simulation.clients.map(({ connection }) => connection.clientId).sort(),
    )
  })

  it('has all parts of the reader: a page loads some when it needs them, and no virtual time passes for that', async () => {
    registerReader('arrays', undefined)
    const initialState = () => ({ log: [1, 2, 3] })
    const game = defineGame({
      initialState,
      tickRate: 20,
      timeStep: (state, _dt, ctx) => void state.log.push(ctx.tick),
    })
    const simulation = await simulate({ game, seed: 1 })
    await simulation.step(1000)
    expect(simulation.clients[0]!.connection.state.log.length).toBeGreaterThan(15)
    await simulation.end()
  })

  it('moves time by exactly the given time', async () => {
    const simulation = await start({ clients: 0 })
    await simulation.step(1234)
    await simulation.step(0)
    expect([simulation.nowMs, simulation.server.machine.tick]).toEqual([1234, 24])
    expect((await failure(simulation.step(-1))).code).toBe('invalid_argument')
  })

  it('runs until a condition is true, and no further', async () => {
    const simulation = await start()
    const { store } = simulation.server
    const { version } = store
    await simulation.runUntil(() => store.version === version + 5)
    expect(store.version).toBe(version + 5)
    const { code, message } = await failure(simulation.runUntil(() => false, { timeoutMs: 500 }))
    expect(code).toBe('run_timeout')
    expect(message).toContain('was not true within 500 ms')
  })

  it('completes promises that need time', async () => {
    const simulation = await start({ link: links.mobile })
    const [first] = simulation.clients
    expect(await simulation.complete(first!.connection.request('walk', 1))).toBe(1)
    await expect(simulation.complete(first!.connection.request('say', ''))).rejects.toMatchObject({
      code: 'nothing_said',
    })
    const missing = first!.connection.waitUntil((state) => state.said.length > 99, { timeoutMs: 700 })
    await expect(simulation.complete(missing)).rejects.toMatchObject({ code: 'wait_timeout' })
  })

  it('settles when all events have their outcome and all replicas have caught up', async () => {
    const simulation = await start({ link: datagrams(links.awful) })
    let outcomes = 0
    for (let i = 0; i < 50; i++) {
      simulation.clients[0]!.connection.dispatchEvent('walk', 1, {
        retries: Number.POSITIVE_INFINITY,
        onAck: () => outcomes++,
      })
    }
    await simulation.settle()
    expect(outcomes).toBe(50)
    const steps = simulation.clients.map(({ connection }) =>
      connection.state.guests.get(simulation.clients[0]!.connection.clientId),
    )
    expect(steps.map((guest) => guest?.steps)).toEqual([50, 50, 50])
  })

  it('settles without clients that are out of reach', async () => {
    const simulation = await start({ clients: 4 })
    const [, cut, paused, crashed] = simulation.clients
    cut!.cut({ silent: true })
    paused!.pause()
    crashed!.crash()
    simulation.server.dispatchEvent('bell', 1, { retries: Number.POSITIVE_INFINITY })
    await simulation.settle({ timeoutMs: 1000 })
    expect(cut!.connection.version).toBeLessThan(simulation.clients[0]!.connection.version)
  })

  it('names the missing things if it does not settle, with the seed and the command that repeats it', async () => {
    const simulation = await start({
      seed: 77,
      clients: 2,
      onConnect: ({ connection }) => {
        connection.registerEventHandler('bell', () => new Promise(() => {}))
      },
    })
    simulation.server.dispatchEvent('bell', 1, { retries: Number.POSITIVE_INFINITY })
    const { code, message } = await failure(simulation.settle({ timeoutMs: 300 }))
    expect(code).toBe('settle_timeout')
    expect(message).toMatch(/client 0 is connected at \d+ of \d+, 0 events from it and 1 to it wait; client 1/)
    expect(message).toMatch(/seed 77, at [\d.]+ ms; again: SEED=\d+ npx vitest run \S*test\/simulation\.test\.ts/)
    expect(message).toContain(`SEED=${seedOfRun()} npx`)
  })

  it('names the given command', async () => {
    const simulation = await start({ seed: 78, command: 'npm run soak' })
    const { message } = await failure(simulation.runUntil(() => false, { timeoutMs: 0 }))
    expect(message).toContain('SEED=78 npm run soak')
  })

  it.each<Partial<GameOptions<typeof hall>>>([{ clients: -1 }, { clients: 1.5 }, { seed: -1 }, { seed: 0.5 }])(
    'refuses %j',
    async (options) => {
      expect((await failure(start(options))).code).toBe('invalid_argument')
    },
  )

  it.each<[options: object, message: string]>([
    [{ cliens: 2 }, "simulate has no option 'cliens'"],
    [{ game: undefined }, 'simulate takes one of the options game and define'],
    [{ game: {} }, 'the option game of simulate is a game that defineGame has made'],
    [{ define: () => {} }, 'simulate takes one of'],
    [{ clients: '2' }, "clients is a number or a list of paths, not '2'"],
    [{ clients: ['arena'] }, "as /arena/42, not 'arena'"],
    [{ onConnect: true }, 'the option onConnect of simulate is a function'],
    [{ link: 'mobile' }, "a link is one of links, as links.mobile, or conditions, not 'mobile'"],
    [{ link: [links.lan] }, 'one direction and the other'],
    [{ link: { latencyMs: 5 } }, 'the conditions of a link have jitterMs'],
    [{ link: { ...links.lan, loss: 5 } }, 'loss is a number from 0 to 1, not 5'],
    [{ link: { ...links.lan, latency: 5 } }, "a link has no option 'latency'"],
  ])('refuses %j with a reason', async (options, message) => {
    const { code, message: reason } = await failure(start(options))
    expect([code, reason]).toEqual(['invalid_argument', expect.stringContaining(message)])
  })

  it('refuses unknown options of its methods', async () => {
    const simulation = await start({ clients: 0 })
    expect(() => simulation.addClient({ room: '/arena' } as object)).toThrow("addClient has no option 'room'")
    expect((await failure(simulation.settle({ timeout: 5 } as object))).message).toContain("no option 'timeout'")
    expect((await failure(simulation.runUntil(() => true, { ms: 5 } as object))).message).toContain("no option 'ms'")
  })

  it('ends with nothing left, whatever has happened to its clients', async () => {
    const simulation = await start({ clients: 5, link: links.wifi })
    const [, cut, silent, paused, crashed] = simulation.clients
    cut!.cut()
    silent!.cut({ silent: true })
    paused!.pause()
    crashed!.crash()
    simulation.addClient()
    await play(simulation, 2000)
    await simulation.end()
    expect(simulation.server.clients.size).toBe(0)
  })

  it('finds sessions that remain', async () => {
    const simulation = await start({ clients: 2, server: { limits: { graceMs: 1e9 } } })
    simulation.clients[0]!.crash()
    const { code, message } = await failure(simulation.end())
    expect([code, message.split('\n')[0]]).toEqual(['memory_unbounded', '1 sessions remain at the server'])
  })

  it('counts the checked things', async () => {
    const simulation = await start()
    await play(simulation, 1000)
    await simulation.settle()
    const { packets, comparedVersions, handledEvents } = simulation.stats
    // three clients with 20 versions, ten events and ten bells, nearly all of them handled
    expect(comparedVersions).toBeGreaterThan(50)
    expect(handledEvents).toBeGreaterThan(50)
    expect(packets).toBeGreaterThan(100)
  })

  it('shows each packet with its client and direction, and ends if that throws', async () => {
    const seen = new Set<string>()
    const simulation = await start({
      onPacket: ({ client, fromServer, bytes }) => {
        seen.add(`${client} ${fromServer}`)
        if (String.fromCharCode(...bytes).includes('a secret')) throw new Error('a secret is out')
      },
    })
    await play(simulation, 500)
    expect([...seen].sort()).toEqual(['0 false', '0 true', '1 false', '1 true', '2 false', '2 true'])
    // a text that is not packed, so that its letters can be read in the bytes
    simulation.clients[0]!.connection.dispatchEvent('say', 'a secret ✓')
    await expect(simulation.step(500)).rejects.toThrow('a secret is out')
  })

  it('ends with the finding of a checker; with onFinding it says the first one and goes on', async () => {
    // the wire rounds the place, so both ends say something else with the same effect
    const game = defineGame({
      initialState: () => ({ place: 0.25 }),
      precision: { place: 1 },
      serverEvents: { flash: event<number>({ predict: true }) },
      events: (on) => ({ shoot: on((state, _data, ctx) => ctx.dispatch('flash', state.place)) }),
    })
    const shoot = async (onFinding?: (error: SimulationError) => void): Promise<void> => {
      const simulation = await simulate({
        game,
        seed: 1,
        client: { predict: predict() },
        onConnect: ({ connection }) => void connection.registerEventHandler('flash', () => {}),
        ...(onFinding && { onFinding }),
      })
      for (let shot = 0; shot < 3; shot++) {
        simulation.clients[0]!.connection.dispatchEvent('shoot')
        await simulation.step(500)
      }
      expect(simulation.clients[0]!.connection.status).toBe('connected')
    }
    await expect(shoot()).rejects.toMatchObject({ code: 'event_misdelivered' })
    const findings: string[] = []
    await shoot(({ code }) => findings.push(code))
    expect(findings).toEqual(['event_misdelivered'])
    const broken = shoot(() => {
      throw new Error('of the caller')
    })
    await expect(broken).rejects.toThrow('of the caller')
  })

  it('keeps logged problems, and shows errors with a failure', async () => {
    const simulation = await start({
      onConnect: ({ connection }) => {
        connection.registerEventHandler('bell', () => {
          throw new Error('out of tune')
        })
      },
    })
    simulation.server.dispatchEvent('bell', 1)
    await simulation.step(100)
    expect(simulation.problems.map(({ who, level }) => [who, level])).toContainEqual(['client 2', 'error'])
    const { message } = await failure(simulation.runUntil(() => false, { timeoutMs: 0 }))
    expect(message).toMatch(/at [\d.]+ ms client 2 logged: a handler failed: Error: out of tune/)
  })
})
