import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

async function start(bots: number, { journal, port = false }: { journal?: string; port?: number | false } = {}) {
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)
  const server = createArenaServer({ bots, seed: 1, onError, logger: false, ...(journal && { journal }) })
  servers.push(server)
  await server.run({ port })
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

it('with a journal, a room goes on in the next server with the same people, and with bots of its own', async () => {
  const journal = mkdtempSync(join(tmpdir(), 'tygase-arena-'))
  try {
    const first = await start(1, { journal, port: 0 })
    const { port } = first.server
    const ada = await connect<typeof arena>(`ws://localhost:${port}/arena/red`, {
      data: { name: 'Ada' },
      logger: false,
    })
    const { clientId } = ada
    await ada.waitUntil(({ scores }) => scores.size === 2, { timeoutMs })
    const bots = ({ scores }: typeof ada.state): string[] => [...scores].filter(([, { bot }]) => bot).map(([id]) => id)
    const [before] = bots(ada.state)
    await first.server.shutdown({ handOver: true, endSessions: true })
    const next = await start(1, { journal, port: port! })
    await ada.waitUntil((state) => bots(state).length === 1 && !bots(state).includes(before!), { timeoutMs })
    expect(ada.clientId).toBe(clientId)
    expect(ada.state.scores.get(clientId)?.name).toBe('Ada')
    expect([...first.errors, ...next.errors]).toEqual([])
    await ada.disconnect()
    await next.server.shutdown({ endSessions: true })
  } finally {
    rmSync(journal, { recursive: true, force: true })
  }
})

it('options are read from the environment, and wrong ones are explained', () => {
  expect(readArenaOptions({ PORT: '0', BOTS: '' })).toEqual({ port: 0, hostname: 'localhost', bots: 4, journal: '' })
  expect(readArenaOptions({ JOURNAL: 'data/journal' }).journal).toBe('data/journal')
  expect(() => readArenaOptions({ BOTS: 'many' })).toThrow("BOTS is a whole number from 0 to 11, not 'many'")
})
