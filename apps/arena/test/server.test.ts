import { connect } from '@tygase/client'
import type { Server } from '@tygase/server'
import { afterEach, expect, it } from 'vitest'
import type { arena } from '../src/game.js'
import { createArenaServer } from '../src/server/arena-server.js'
import { readArenaOptions } from '../src/server/options.js'

const servers: Server[] = []
const timeoutMs = 20_000

afterEach(async () => {
  for (const server of servers.splice(0)) await server.shutdown({ endSessions: true })
})

async function start(bots: number) {
  const errors: unknown[] = []
  const server = createArenaServer({ bots, seed: 1, onError: (error) => void errors.push(error), logger: false })
  servers.push(server)
  await server.run({ port: false })
  const enter = (path: string, name: string) => connect<typeof arena>(server.at(path), { data: { name } })
  return { server, errors, enter }
}

it('bots play while a person is in the room; each further person takes the place of one', async () => {
  const { server, errors, enter } = await start(2)
  const ada = await enter('/arena', 'Ada')
  await ada.waitUntil(({ scores }) => scores.size === 3, { timeoutMs })
  const bob = await enter(`/arena/${ada.room.id}`, 'Bob')
  await bob.waitUntil(({ scores }) => scores.size === 3 && [...scores.values()].filter(({ bot }) => bot).length === 1, {
    timeoutMs,
  })
  await ada.disconnect()
  await bob.disconnect()
  await expect.poll(() => [...server.rooms.values()][0]?.clients.size ?? 0, { timeout: timeoutMs }).toBe(0)
  expect(errors).toEqual([])
})

it('a link leads into its own room', async () => {
  const { enter } = await start(0)
  const ada = await enter('/arena/red', 'Ada')
  const bob = await enter('/arena/blue', 'Bob')
  expect(ada.room.id).toBe('red')
  expect([...bob.state.scores.values()].map(({ name }) => name)).toEqual(['Bob'])
})

it('options are read from the environment, and wrong ones are explained', () => {
  expect(readArenaOptions({ PORT: '0', BOTS: '' })).toEqual({ port: 0, hostname: 'localhost', bots: 4 })
  expect(() => readArenaOptions({ BOTS: 'many' })).toThrow("BOTS is a whole number from 0 to 11, not 'many'")
})
