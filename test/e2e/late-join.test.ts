import { defineGame, EntityMap, encodeDelta, equalStates } from '@tygase/gamestate'
import { expect, test } from 'vitest'
import { join, once, runServer } from './support/stage.js'

const rowCount = 1000

const field = defineGame({
  initialState: () => {
    const stones = new EntityMap<{ x: number; y: number; colour: string }, number>()
    for (let id = 0; id < rowCount; id++) stones.set(id, { x: id, y: id % 7, colour: id % 2 ? 'red' : 'blue' })
    return { stones, turn: 0 }
  },
  tickRate: 50,
  timeStep: (state) => {
    state.turn++
    state.stones.edit(state.turn % rowCount).y++
  },
})

test('a client that joins a game under way gets all 1,000 rows as one whole version, and small deltas from then on', async () => {
  const server = await runServer(field)
  await once((listener) => server.store.subscribe((_state, version) => version >= 25 && listener()))
  const connection = await join(server)
  expect(connection.state.stones.size).toBe(rowCount)
  expect(equalStates(connection.state, server.store.at(connection.version))).toBe(true)

  const snapshotBytes = encodeDelta(undefined, server.store.state).length
  const { bytesIn } = connection.stats
  const version = connection.version
  await connection.waitUntil((state) => state.turn >= version + 10)
  const ticks = connection.version - version
  expect((connection.stats.bytesIn - bytesIn) / ticks).toBeLessThan(snapshotBytes / 20)
  expect(equalStates(connection.state, server.store.at(connection.version))).toBe(true)
})

test('a client that joins before anything has happened gets version 0', async () => {
  const still = defineGame({ initialState: () => ({ greeting: 'hello' }) })
  const server = await runServer(still)
  const connection = await join(server)
  expect(connection.version).toBe(0)
  expect(connection.state).toEqual({ greeting: 'hello' })
})
