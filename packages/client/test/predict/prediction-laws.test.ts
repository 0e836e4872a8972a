import { createRandom, equalStates, type Immutable } from '@tygase/gamestate'
import { datagrams, type Link, links, type SimulatedClient, type Simulation, simulate } from '@tygase/testkit'
import { expect, test, vi } from 'vitest'
import { Ahead } from '../../src/predict/ahead.js'
import { predict } from '../../src/predict/index.js'
import { exactEvents, type Field, field } from './support/field.js'
import { ledger } from './support/ledger.js'

type Ledger = typeof ledger

const networks: readonly (readonly [name: string, link: Link])[] = [
  ['wifi', links.wifi],
  ['mobile', links.mobile],
  ['mobile by datagrams', datagrams(links.mobile)],
  ['awful', links.awful],
  ['awful by datagrams', datagrams(links.awful)],
]
/** A run takes a second, and `npm run long` has more time. */
const seeds = process.env.LONG === '1' ? [1, 2] : [1]

/** What happened to one own event at its client. */
interface Life {
  readonly handled: Map<string, number>
  readonly retracted: Map<string, number>
  isDone: boolean
  isRefused: boolean
}

/** Notes the life of each own event of a client. */
function watch(client: SimulatedClient<Ledger>) {
  const { connection } = client
  const lives = new Map<string, Life>()
  /** The connection catches what its listeners and handlers throw. */
  const failures: unknown[] = []
  const noting = (check: () => void): void => {
    try {
      check()
    } catch (error) {
      failures.push(error)
    }
  }
  const count = (of: 'handled' | 'retracted', name: string) => (data: { key: string }) => {
    const life = lives.get(data.key)
    // an event of another client
    if (life === undefined) return
    life[of].set(name, (life[of].get(name) ?? 0) + 1)
    const [handled, retracted] = [life.handled.get(name) ?? 0, life.retracted.get(name) ?? 0]
    const wanted = of === 'handled' ? [1, 0] : [1, 1]
    noting(() => expect([handled, retracted], `${of} ${name} of ${data.key}`).toEqual(wanted))
  }
  for (const name of ['noted', 'whispered'] as const) {
    connection.registerEventHandler(name, count('handled', name), { onRetract: count('retracted', name) })
  }
  let n = 0
  const dispatch = (name: 'note' | 'doubt' | 'guess'): void => {
    const key = `${client.index}.${++n}.${name}`
    const life: Life = { handled: new Map(), retracted: new Map(), isDone: false, isRefused: false }
    lives.set(key, life)
    const retries = Number.POSITIVE_INFINITY
    const end = (which: 'isDone' | 'isRefused') => (): void => {
      life[which] = true
    }
    connection.dispatchEvent(name, { key, n }, { retries, onAck: end('isDone'), onFail: end('isRefused') })
  }
  /** P4: each own `note` is in the prediction exactly once: pending, or in the confirmed version, never both or neither. */
  const checkOnce = (): void => {
    const { counts } = connection.predicted
    for (const [key, life] of lives) {
      if (counts[key] !== 1 && key.endsWith('note') && !life.isRefused) expect([key, counts[key]]).toEqual([key, 1])
    }
  }
  connection.subscribe(() => noting(checkOnce))
  const checkAll = (): void => {
    checkOnce()
    if (failures.length > 0) throw failures[0]
  }
  return { connection, lives, dispatch, checkAll }
}

async function play(simulation: Simulation<Ledger>, seed: number, disturb = true) {
  await simulation.step(2000)
  const watched = simulation.clients.map(watch)
  const random = createRandom(seed, 4)
  for (let i = 0; i < 100; i++) {
    await simulation.step(Math.floor(random() * 120))
    const one = watched[Math.floor(random() * watched.length)]!
    if (random() < 0.6) one.dispatch((['note', 'note', 'doubt', 'guess'] as const)[Math.floor(random() * 4)]!)
    const client = simulation.clients[Math.floor(random() * watched.length)]!
    if (disturb && random() < 0.04) {
      if (client.isCut) client.heal()
      else client.cut()
    }
    if (disturb && random() < 0.03) {
      client.pause()
      await simulation.step(Math.floor(random() * 900))
      client.resume()
    }
    for (const { checkAll } of watched) checkAll()
  }
  for (const client of simulation.clients) if (client.isCut) client.heal()
  await simulation.settle()
  await simulation.step(15_000)
  for (const { checkAll } of watched) checkAll()
  return watched
}

const startLedger = (link: Link, seed: number) =>
  simulate({ game: ledger, clients: 2, seed, link, client: { game: ledger, predict: predict() } })

test.each(networks)(
  'P4, P5 on %s: an own event is in the prediction exactly once, and its effects are handled once or retracted once',
  async (_, link) => {
    for (const seed of seeds) {
      const simulation = await startLedger(link, seed)
      const watched = await play(simulation, seed)
      const { counts } = simulation.server.store.state
      let [handled, retracted] = [0, 0]
      for (const { lives, connection } of watched) {
        for (const [key, { handled: own, retracted: taken, isDone, isRefused }] of lives) {
          expect(isDone !== isRefused, `${key} has one outcome`).toBe(true)
          const hasRun = counts[key] === 1
          expect(hasRun, key).toBe(isDone)
          // the server has dispatched: all of a note, the whisper of a doubt; a guess depends on its secrets
          if (key.endsWith('guess')) {
            expect((own.get('noted') ?? 0) - (taken.get('noted') ?? 0)).toBeGreaterThanOrEqual(0)
          } else {
            const happened = hasRun ? 1 : 0
            expect([key, (own.get('whispered') ?? 0) - (taken.get('whispered') ?? 0)]).toEqual([key, happened])
          }
          handled += own.size
          retracted += taken.size
        }
        expect(connection.predicted.counts).toEqual(connection.state.counts)
      }
      // a law of nothing would hold as well
      expect([handled > 20, retracted > 2]).toEqual([true, true])
      await simulation.end()
    }
  },
)

test.each([
  ['lan', links.lan],
  ['wifi', links.wifi],
  // an event in a packet that gets lost comes late
  ['mobile without loss', { ...links.mobile, loss: 0, burstLoss: 0 }],
] as const)(
  'P1 on %s: with one client and no secret, versions are to the bit what was predicted for their ticks',
  async (_, link) => {
    const ownPlace = vi.spyOn(Ahead.prototype, 'ownPlace')
    for (const seed of seeds) {
      const client = { game: field, predict: predict() }
      const simulation = await simulate({ game: field, clients: 1, seed, link, client })
      await simulation.step(3000)
      const { connection } = simulation.clients[0]!
      /** The last prediction for each tick, of those made while the client lived in it. */
      const predicted = new Map<number, Immutable<Field>>()
      let compared = 0
      connection.subscribe((state) => {
        const expected = predicted.get(connection.version)
        if (expected === undefined) return
        compared += equalStates(expected, state) ? 1 : Number.NaN
      })
      const look = (): void => {
        const state = connection.predicted
        predicted.set(Math.ceil(ownPlace.mock.results.at(-1)!.value as number), state)
      }
      const random = createRandom(seed, 5)
      for (let i = 0; i < 500; i++) {
        await simulation.step(random() * 30)
        look()
        if (random() < 0.1) {
          const [name, data] = exactEvents[Math.floor(random() * exactEvents.length)]!
          // reason: the names and data come from a table
          ;(connection.dispatchEvent as (...args: unknown[]) => void)(name, data, { retries: 9, onFail: () => {} })
          look()
        }
      }
      // a late event is in a later tick than that for which it was predicted
      expect([seed, connection.feel.lateEvents]).toEqual([seed, 0])
      expect(compared).toBeGreaterThan(100)
      await simulation.end()
    }
    ownPlace.mockRestore()
  },
)

test('P13: a server sends the same bytes to clients that predict, and views hide as before', async () => {
  const bytes: number[][] = []
  for (const isOn of [false, true]) {
    const sent: number[] = []
    const simulation = await simulate({
      ...{ game: ledger, clients: 2, seed: 3, link: links.wifi },
      client: { game: ledger, ...(isOn && { predict: predict() }) },
      onPacket: ({ fromServer, bytes: packet }) => void (fromServer && sent.push(packet.length, ...packet)),
    })
    const looks = simulation.clients.map(({ connection }) =>
      connection.subscribe((state) => void (connection.predicted.clock - state.clock)),
    )
    for (let i = 0; i < 20; i++) {
      // rows that a client predicts take the free slots of rows that it does not see
      simulation.server.machine.push({ kind: 'event', name: 'note', data: { key: `k${i}`, n: i } })
      await simulation.step(100)
      for (const { connection } of simulation.clients) expect(connection.state.secrets.size).toBe(0)
    }
    for (const off of looks) off()
    await simulation.end()
    bytes.push(sent)
  }
  expect(bytes[0]!.length).toBeGreaterThan(1000)
  expect(bytes[1]).toEqual(bytes[0])
})
