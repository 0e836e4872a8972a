import { type Connection, connect } from '@tygase/client'
import { Server } from '@tygase/server'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/internal'
import { expect, it } from 'vitest'
import { chase, protectionSeconds } from './support/chase.js'

type Bot = { readonly connection: Connection<typeof chase>; readonly created: string[]; readonly caught: number[] }

it('two bots play chase: each gets its player, the first is the chaser, a catch swaps them, and protects for 5 s [P51]', async () => {
  const clock = new VirtualClock()
  const server = new Server({ game: chase, clock, random: createSeededRandom(1), logger: false })
  /** Lets time pass, and promises settle. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 10) {
      clock.advance(Math.min(10, left))
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    }
  }
  const complete = async <T>(promise: Promise<T>): Promise<T> => {
    let isDone = false
    const done = promise.finally(() => {
      isDone = true
    })
    done.catch(() => {})
    while (!isDone) await pass(10)
    return done
  }
  const addBot = async (name: string, x: number): Promise<Bot> => {
    const random = createSeededRandom(x)
    const connection = await complete(connect<typeof chase>(server, { clock, random, logger: false }))
    const bot: Bot = { connection, created: [], caught: [] }
    connection.registerEventHandler('playerCreated', ({ id }) => void bot.created.push(id))
    connection.registerEventHandler('caught', () => void bot.caught.push(connection.time))
    await complete(connection.request('join', { name, x, y: 0 }))
    return bot
  }
  /** The chaser runs to the other bot, which stands. */
  const steer = ({ connection }: Bot): void => {
    const { state, clientId } = connection
    const self = state.players.get(clientId)!
    const [, other] = [...state.players].find(([id]) => id !== clientId)!
    const dx = state.chaser === clientId ? Math.sign(other.x - self.x) : 0
    if (dx !== self.dx) connection.dispatchEvent('move', { dx, dy: 0 }, { retries: 3 })
  }

  await complete(server.run({ port: false }))
  const ada = await addBot('Ada', 0)
  expect(ada.connection.state.chaser).toBe(ada.connection.clientId)
  const bob = await addBot('Bob', 200)
  await pass(200)
  expect([ada.created, bob.created]).toEqual([[ada.connection.clientId], [bob.connection.clientId]])
  expect(ada.connection.state.chaser).toBe(ada.connection.clientId)

  for (const bot of [ada, bob]) bot.connection.subscribe(() => steer(bot), { immediate: true })
  await pass(20_000)
  expect(ada.caught.length).toBeGreaterThanOrEqual(3)
  expect(bob.caught).toHaveLength(ada.caught.length)
  for (let i = 1; i < ada.caught.length; i++) {
    const seconds = ada.caught[i]! - ada.caught[i - 1]!
    expect(seconds).toBeGreaterThan(protectionSeconds - 0.1)
    expect(seconds).toBeLessThan(protectionSeconds + 1)
  }
  const { chaser } = ada.connection.state
  expect(chaser).toBe(ada.caught.length % 2 === 0 ? ada.connection.clientId : bob.connection.clientId)
  await complete(server.shutdown({ endSessions: true }))
})
