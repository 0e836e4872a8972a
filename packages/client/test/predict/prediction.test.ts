import { type LinkConditions, links, type Simulation, simulate } from '@tygase/testkit'
import { describe, expect, it, vi } from 'vitest'
import { type Connection, connect } from '../../src/index.js'
import { predict } from '../../src/predict/index.js'
import { Predictor } from '../../src/predict/predictor.js'
import { setStage } from '../support/stage.js'
import { field } from './support/field.js'

interface Started {
  readonly simulation: Simulation<typeof field>
  readonly connection: Connection<typeof field>
  readonly other: Connection<typeof field>
}

const start = async (link: LinkConditions = links.wifi, seed = 1): Promise<Started> => {
  const client = { game: field, predict: predict({ maxAheadMs: 500 }) }
  const simulation = await simulate({ game: field, clients: 2, seed, link, client })
  await simulation.step(1500)
  const [first, second] = simulation.clients
  return { simulation, connection: first!.connection, other: second!.connection }
}

const xOf = (connection: Connection<typeof field>, which: 'state' | 'predicted'): number | undefined =>
  connection[which].walkers.get(connection.clientId)?.x

describe('a connection that predicts', () => {
  it('has an own event in `predicted` when `dispatchEvent` returns, and in `state` when the server has run it', async () => {
    const { simulation, connection } = await start()
    connection.dispatchEvent('dash', { n: 40 })
    expect([xOf(connection, 'predicted'), xOf(connection, 'state')]).toEqual([40, 0])
    await simulation.step(500)
    expect([xOf(connection, 'predicted'), xOf(connection, 'state')]).toEqual([40, 40])
    expect(connection.feel.lateEvents).toBe(0)
    await simulation.end()
  })

  it('lives ahead of the newest version by a round trip and a margin', async () => {
    const { simulation, connection } = await start()
    connection.dispatchEvent('steer', { n: 1 })
    await simulation.step(1000)
    const { aheadTicks, rebases } = connection.feel
    const roundTripTicks = (connection.rttMs! * field.tickRate) / 1000
    expect(aheadTicks).toBeGreaterThan(roundTripTicks)
    expect(aheadTicks).toBeLessThan(roundTripTicks + 4)
    expect(rebases).toBeGreaterThan(0)
    expect(xOf(connection, 'predicted')! - xOf(connection, 'state')!).toBe(Math.ceil(aheadTicks))
    await simulation.end()
  })

  it('counts each own event that it could not run ahead once', async () => {
    const { simulation, connection, other } = await start()
    // a version comes with each tick, and each one lets all that is pending run again
    other.dispatchEvent('steer', { n: 1 })
    await simulation.step(200)
    for (const name of ['gamble', 'fail', 'gamble', 'halfSecret', 'slowly'] as const) connection.dispatchEvent(name)
    connection.dispatchEvent('dash', { n: 1 })
    // `take` is refused, as there is no stone
    connection.dispatchEvent('take', { onFail: () => {} })
    for (let frame = 0; frame < 20; frame++) {
      await simulation.step(50)
      connection.scene()
    }
    expect(connection.feel.rebases).toBeGreaterThan(1)
    expect(connection.feel.notPredicted).toBe(4)
    connection.dispatchEvent('gamble')
    expect(connection.feel.notPredicted).toBe(5)
    await simulation.end()
  })

  it('logs each rule that it could not run ahead once, with the reason', async () => {
    const { simulation } = await start()
    const lines: string[] = []
    const debug = (details: object, message: string): void => void lines.push(`${message}: ${Object.values(details)}`)
    const ignore = (): void => {}
    const logger = { debug, info: ignore, warn: ignore, error: ignore }
    const { clock } = simulation
    const connecting = connect(simulation.server, { game: field, predict: predict(), logger, clock, random: () => 0.5 })
    const connection = await simulation.complete(connecting)
    for (const name of ['gamble', 'fail', 'gamble', 'halfSecret', 'slowly'] as const) connection.dispatchEvent(name)
    expect(lines).toEqual([
      expect.stringMatching(/^the rule gamble cannot be predicted: .*random/),
      expect.stringMatching(/^the rule fail cannot be predicted: .*this rule fails/),
    ])
  })

  it('reports the same lead and delay while nothing changes, as no version comes then', async () => {
    const { simulation, connection } = await start()
    connection.dispatchEvent('dash', { n: 1 })
    for (let i = 0; i < 10; i++) {
      await simulation.step(1000)
      connection.scene()
      const { aheadTicks, delayMs } = connection.feel
      const leadMs = connection.rttMs! + 2 * connection.jitterMs!
      expect(aheadTicks, `after ${i + 1} s`).toBeGreaterThan(1)
      expect(aheadTicks, `after ${i + 1} s`).toBeLessThan((leadMs * field.tickRate) / 1000 + 1.5)
      expect(delayMs, `after ${i + 1} s`).toBeLessThan(100)
    }
    await simulation.end()
  })

  it('stamps an event in time that is dispatched before the round trip is measured', async () => {
    const link = { latencyMs: 150, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: true }
    const simulation = await simulate({
      game: field,
      clients: 1,
      seed: 1,
      link,
      client: { game: field, predict: predict() },
    })
    const { connection } = simulation.clients[0]!
    expect(connection.rttMs).toBeUndefined()
    connection.dispatchEvent('dash', { n: 1 })
    await simulation.step(1000)
    expect(simulation.server.room.counters.get('lateEvents')).toBe(0)
    await simulation.end()
  })

  it('behaves as without prediction while it is switched off, and keeps the order of its events', async () => {
    const prediction = predict()
    const simulation = await simulate({
      game: field,
      seed: 1,
      link: links.wifi,
      client: { game: field, predict: prediction },
    })
    const { connection } = simulation.clients[0]!
    await simulation.step(1500)
    connection.dispatchEvent('dash', { n: 40 })
    expect(connection.scene().walkers.get(connection.clientId)?.x).toBe(40)
    prediction.enabled = false
    expect(connection.predicted).toBe(connection.state)
    expect(connection.scene().walkers.get(connection.clientId)?.x).toBe(0)
    connection.dispatchEvent('dash', { n: 2 })
    expect([xOf(connection, 'predicted'), connection.feel.aheadTicks]).toEqual([0, 0])
    await simulation.step(500)
    expect([xOf(connection, 'predicted'), xOf(connection, 'state')]).toEqual([42, 42])
    prediction.enabled = true
    connection.dispatchEvent('dash', { n: 1 })
    expect([xOf(connection, 'predicted'), xOf(connection, 'state')]).toEqual([43, 42])
    await simulation.end()
  })

  it('calls a subscriber of `predicted` with each own event, and again if the server decides otherwise', async () => {
    const { simulation, connection } = await start()
    const seen: (number | undefined)[] = []
    const { clientId } = connection
    const off = connection.subscribe(
      ({ walkers }) => walkers.get(clientId)?.hits,
      (hits) => seen.push(hits),
      { predicted: true },
    )
    const confirmed: (number | undefined)[] = []
    connection.subscribe(
      ({ walkers }) => walkers.get(clientId)?.hits,
      (hits) => confirmed.push(hits),
    )
    connection.dispatchEvent('halfSecret')
    expect([seen, confirmed]).toEqual([[1], []])
    await simulation.step(500)
    // the part for the server alone
    expect([seen, confirmed]).toEqual([[1, 11], [11]])
    off()
    connection.dispatchEvent('halfSecret')
    await simulation.step(500)
    expect(seen).toEqual([1, 11])
    await simulation.end()
  })

  it('handles effects of its own events at once, and those of others when they come, each once', async () => {
    const { simulation, connection, other } = await start()
    const handled: string[] = []
    const note = (who: string) => (data: unknown, info: { readonly predicted: boolean }) =>
      void handled.push(`${who} ${JSON.stringify(data)} ${info.predicted ? 'ahead' : 'later'}`)
    connection.registerEventHandler('stepped', note('own'))
    connection.registerEventHandler('whispered', note('own'))
    connection.registerEventHandler('unpredicted', note('own'))
    other.registerEventHandler('stepped', note('other'))
    other.registerEventHandler('whispered', note('other'))
    connection.dispatchEvent('dash', { n: 40 })
    expect(handled).toEqual(['own {"n":40} ahead', 'own "dash 40" ahead'])
    await simulation.step(1000)
    expect(handled.slice(2).sort()).toEqual(['other {"n":40} later', 'own 40 later'])
    await simulation.end()
  })

  it('takes an effect back if the server refuses the event', async () => {
    const { simulation, connection, other } = await start()
    const calls: string[] = []
    connection.dispatchEvent('drop')
    await simulation.step(300)
    const register = (name: string) =>
      connection.registerEventHandler('stepped', () => void calls.push(`${name} handled`), {
        onRetract: ({ n }) => void calls.push(`${name} retracted ${n}`),
      })
    register('a')
    const off = register('b')
    // both take the same stone: the server runs that of the other first
    other.dispatchEvent('take')
    await simulation.step(20)
    connection.dispatchEvent('take', { onFail: () => calls.push('refused') })
    expect(calls).toEqual(['a handled', 'b handled'])
    off()
    calls.length = 0
    await simulation.step(1000)
    expect(calls.sort()).toEqual(['a handled', 'a retracted 0', 'refused'])
    await simulation.end()
  })

  it('keeps the effect of an event without a handler for the handler that comes', async () => {
    const { simulation, connection } = await start()
    connection.dispatchEvent('dash', { n: 40 })
    const handled: boolean[] = []
    connection.registerEventHandler('stepped', (_, { predicted }) => void handled.push(predicted))
    await simulation.step(1000)
    expect(handled).toEqual([false])
    await simulation.end()
  })

  it('lets a handler of an effect call the connection', async () => {
    const { simulation, connection } = await start()
    let seen: number | undefined
    connection.registerEventHandler('stepped', ({ n }) => {
      if (n === 40) connection.dispatchEvent('dash', { n: 9 })
      seen = xOf(connection, 'predicted')
    })
    connection.dispatchEvent('dash', { n: 40 })
    expect(seen).toBe(49)
    await simulation.end()
  })

  it('predicts requests, and gives the result of the server', async () => {
    const { simulation, connection } = await start()
    const reply = connection.request('dash', { n: 40 })
    expect(xOf(connection, 'predicted')).toBe(40)
    await simulation.complete(reply)
    await expect(simulation.complete(connection.request('take'))).rejects.toMatchObject({ code: 'no_stone' })
    await simulation.end()
  })

  it('replaces an event of the same tick that has not left, and says so to the one that is replaced', async () => {
    const { simulation, connection } = await start(links.lan)
    const fails: string[] = []
    const steer = (n: number): void =>
      connection.dispatchEvent('steer', { n }, { replace: true, onFail: ({ code }) => fails.push(`${n} ${code}`) })
    steer(3)
    steer(5)
    expect(fails).toEqual(['3 event_replaced'])
    await simulation.step(500)
    const { vx } = connection.state.walkers.get(connection.clientId)!
    expect([vx, xOf(connection, 'predicted')! % 5, fails.length]).toEqual([5, 0, 1])
    await simulation.end()
  })

  it('predicts nothing while the game is paused, and goes on after it', async () => {
    const { simulation, connection } = await start()
    connection.dispatchEvent('steer', { n: 1 })
    await simulation.step(500)
    simulation.server.room.pause()
    await simulation.step(500)
    expect(connection.predicted).toBe(connection.state)
    connection.dispatchEvent('dash', { n: 1000 })
    await simulation.step(1000)
    expect(connection.predicted).toBe(connection.state)
    simulation.server.room.resume()
    await simulation.step(1000)
    expect(xOf(connection, 'predicted')! - xOf(connection, 'state')!).toBe(Math.ceil(connection.feel.aheadTicks))
    expect(xOf(connection, 'state')).toBeGreaterThan(1000)
    await simulation.end()
  })

  it('waits at its bound while no version comes, and lives on when they come again', async () => {
    const { simulation, connection } = await start()
    const [client] = simulation.clients
    connection.dispatchEvent('steer', { n: 1 })
    await simulation.step(500)
    client!.cut()
    await simulation.step(3000)
    expect(connection.feel.aheadTicks).toBe(15)
    connection.dispatchEvent('dash', { n: 1000 })
    expect(xOf(connection, 'predicted')).toBeGreaterThan(1000)
    client!.heal()
    // it may wait to try again
    await simulation.step(5000)
    expect(connection.feel.aheadTicks).toBeLessThan(10)
    expect(xOf(connection, 'state')).toBeGreaterThan(1000)
    await simulation.end()
  })

  it('gives an event that a silent network has lost a later tick when the network speaks again, and shows it there', async () => {
    const link = { latencyMs: 50, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: false }
    const { simulation, connection, other } = await start(link)
    // there is a version for each tick
    other.dispatchEvent('steer', { n: 1 })
    connection.dispatchEvent('steer', { n: 1 })
    await simulation.step(1000)
    const [client] = simulation.clients
    client!.cut({ silent: true })
    await simulation.step(200)
    connection.dispatchEvent('steer', { n: -3 }, { retries: Number.POSITIVE_INFINITY })
    await simulation.step(600)
    client!.heal()
    await simulation.step(100)
    connection.scene()
    const { corrections, rebases } = connection.feel
    for (let frame = 0; frame < 60; frame++) {
      await simulation.step(16)
      connection.scene()
    }
    expect(connection.state.walkers.get(connection.clientId)?.vx).toBe(-3)
    expect(connection.feel.corrections).toBe(corrections)
    expect(connection.feel.rebases).toBeGreaterThan(rebases + 20)
    // with its later tick it is in time
    expect([simulation.server.stats.lateEvents, connection.feel.lateEvents]).toEqual([0, 1])
    await simulation.end()
  })

  it('shows each own event at once, also behind one that is expected later than the tick that it lives in', async () => {
    for (const seed of [1, 2]) {
      const { simulation, connection, other } = await start(links.awful, seed)
      // there is a version for each tick
      other.dispatchEvent('steer', { n: 1 })
      await simulation.step(1000)
      const [client] = simulation.clients
      let unseen = 0
      for (let frame = 0; frame < 400; frame++) {
        if (frame % 100 === 20) client!.cut({ silent: true })
        if (frame % 100 === 70) client!.heal()
        if (frame % 3 === 0) {
          const before = xOf(connection, 'predicted')!
          connection.dispatchEvent('dash', { n: 1 }, { retries: Number.POSITIVE_INFINITY })
          if (xOf(connection, 'predicted') !== before + 1) unseen++
        }
        await simulation.step(16)
        connection.scene()
      }
      expect(unseen).toBe(0)
      await simulation.end()
    }
  })

  it('leaves an event in its tick until a version shows that it did not come: acks are lost more often than all copies', async () => {
    const restamp = vi.spyOn(Predictor.prototype, 'restamp')
    for (const seed of process.env.LONG === '1' ? [1, 2, 3, 4, 5, 6] : [1, 2]) {
      const link = { latencyMs: 50, jitterMs: 15, loss: 0.05, duplicate: 0, reorder: 0, reliable: false }
      const { simulation, connection, other } = await start(link, seed)
      // there is a version for each tick
      other.dispatchEvent('steer', { n: 1 })
      await simulation.step(1000)
      for (let press = 0; press < 60; press++) {
        connection.dispatchEvent('steer', { n: press % 2 === 0 ? 3 : -3 }, { retries: Number.POSITIVE_INFINITY })
        await simulation.step(480)
      }
      expect(simulation.server.stats.lateEvents).toBe(0)
      await simulation.end()
    }
    const moved = restamp.mock.results.filter(({ value }) => value === true)
    restamp.mockRestore()
    expect(moved).toEqual([])
  })

  it('counts the same late events as the server in a game that is at rest in between', async () => {
    const link = { latencyMs: 30, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: true }
    const { simulation, connection } = await start(link)
    const [client] = simulation.clients
    for (let round = 0; round < 6; round++) {
      await simulation.step(3000)
      const isLate = round % 2 === 1
      if (isLate) client!.cut({ silent: true })
      connection.dispatchEvent('dash', { n: 1 })
      // an outage: the lead does not grow for it
      await simulation.step(600)
      if (isLate) client!.heal()
    }
    await simulation.step(1000)
    expect(simulation.server.stats.lateEvents).toBe(3)
    expect(connection.feel.lateEvents).toBe(3)
    await simulation.end()
  })

  it.each([
    ['a network that holds packets up', { ...links.mobile, jitterMs: 200, loss: 0.1 }],
    ['one that loses them', { latencyMs: 40, jitterMs: 150, loss: 0.3, duplicate: 0.1, reorder: 0.1, reliable: false }],
  ])('counts each event that the server ran later than it was shown, over %s', async (_, link) => {
    const restamp = vi.spyOn(Predictor.prototype, 'restamp')
    let late = 0
    for (const seed of [1, 2]) {
      const { simulation, connection, other } = await start(link, seed)
      // there is a version for each tick
      other.dispatchEvent('steer', { n: 1 })
      for (let press = 0; press < 40; press++) {
        connection.dispatchEvent('steer', { n: press % 2 === 0 ? 3 : -3 }, { retries: Number.POSITIVE_INFINITY })
        await simulation.step(200)
      }
      await simulation.step(5000)
      const { lateEvents } = simulation.server.stats
      const moved = restamp.mock.calls.filter((_call, index) => restamp.mock.results[index]!.value)
      const again = new Set(moved.map(([sequence]) => sequence))
      // the event of the other client may be late as well
      const counted = connection.feel.lateEvents + other.feel.lateEvents
      expect(counted).toBeGreaterThanOrEqual(Math.max(lateEvents, again.size))
      expect(counted).toBeLessThanOrEqual(lateEvents + 2 * again.size)
      late += lateEvents
      restamp.mockClear()
      await simulation.end()
    }
    restamp.mockRestore()
    expect(late).toBeGreaterThan(2)
  })

  it('is `state` without the option', async () => {
    const simulation = await simulate({ game: field, clients: 1, seed: 1, link: links.wifi })
    const { connection } = simulation.clients[0]!
    await simulation.step(500)
    connection.dispatchEvent('dash', { n: 40 })
    expect(connection.predicted).toBe(connection.state)
    expect(connection.feel).toMatchObject({ aheadTicks: 0, rebases: 0 })
    await simulation.end()
  })
})

describe('predict', () => {
  it('refuses options that are wrong, and a connection without the rules', async () => {
    expect(() => predict({ maxAheadMs: 0 })).toThrow('maxAheadMs is a number from 1 to 5000, not 0')
    expect(() => predict({ smoothMs: -1 })).toThrow('smoothMs is a number from 0')
    expect(() => predict({ far: 1 } as object)).toThrow("predict has no option 'far'")
    const open = (options: object): Promise<unknown> => connect('ws://localhost:1', options)
    await expect(open({ predict: predict() })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(open({ predict: true, game: field })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('refuses handlers and options of another kind', async () => {
    const connection = await setStage().connected()
    const register = connection.registerEventHandler as (...args: unknown[]) => unknown
    expect(() => register('news', () => {}, { onRetract: 1 })).toThrow("the onRetract of 'news' is a function")
    expect(() => register('news', () => {}, { retract: () => {} })).toThrow("has no option 'retract'")
    expect(() => connection.dispatchEvent('reset', { replace: 1 } as never)).toThrow('replace is true or false')
  })
})
