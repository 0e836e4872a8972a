import { connect } from '@tygase/client'
import { Server } from '@tygase/server'
import { afterEach, expect, it } from 'vitest'
import { tag } from '../../src/game.js'
import { HouseBots } from '../../src/server/house-bots.js'

const servers: Server<typeof tag>[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server.shutdown({ endSessions: true })
})

/** A server in this process with three bots. */
async function startWithBots() {
  const server = new Server({ game: tag, logger: false })
  servers.push(server)
  await server.run({ port: false })
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  await new HouseBots(server, { count: 3, seed: 1, onError }).join()
  return { server, errors }
}

const timeoutMs = 20_000

it('play from the start, and one of them is it', async () => {
  const { server } = await startWithBots()
  const watcher = await connect<typeof tag>(server)
  const state = await watcher.waitUntil(({ players }) => players.size === 3, { timeoutMs })
  expect(state.players.has(state.it)).toBe(true)
  expect([...state.players.values()].every(({ bot }) => bot)).toBe(true)
})

it('leave the role of host to the first person, and play on', async () => {
  const { server, errors } = await startWithBots()
  const first = await connect<typeof tag>(server)
  const second = await connect<typeof tag>(server)
  await first.request('join', { name: 'Ada' })
  await first.waitUntil(({ players }) => first.isHost && players.size === 4, { timeoutMs })
  expect(second.isHost).toBe(false)
  expect(errors).toEqual([])
})

it('leave the role to the next person when the first one leaves', async () => {
  const { server, errors } = await startWithBots()
  const first = await connect<typeof tag>(server)
  await first.waitUntil(({ players }) => first.isHost && players.size === 3, { timeoutMs })
  const second = await connect<typeof tag>(server)
  await first.disconnect()
  await second.waitUntil(({ players }) => second.isHost && players.size === 3, { timeoutMs })
  expect(errors).toEqual([])
})

it('run about', async () => {
  const { server } = await startWithBots()
  const watcher = await connect<typeof tag>(server)
  // they leave and come back behind the watcher before they stay
  const first = new Map<string, number>()
  const hasMoved = (id: string, x: number): boolean => {
    if (!first.has(id)) first.set(id, x)
    return first.get(id) !== x
  }
  const moved = await watcher.waitUntil(
    ({ players }) => [...players].filter(([id, { x }]) => hasMoved(id, x)).length === 3,
    { timeoutMs },
  )
  expect(moved.players.size).toBe(3)
})
