import type { Connection } from '@tygase/client'
import { defineGame, EntityMap, equalStates } from '@tygase/gamestate'
import { expect, onTestFinished, test } from 'vitest'
import { often } from '../support/effort.js'
import { connect } from './support/patient.js'
import { runServer, urlOf } from './support/stage.js'

const rowCount = 1000
const clientCount = often(80, 200)
const maxJoinsPerTick = 32

const room = defineGame({
  initialState: () => {
    const rows = new EntityMap<{ x: number; y: number; name: string }, number>()
    for (let id = 0; id < rowCount; id++) rows.set(id, { x: id, y: -id, name: `row ${id}` })
    return { rows, joined: 0 }
  },
  tickRate: 20,
  timeStep: (state) => {
    for (const id of [1, 10, 100]) state.rows.edit(id).x++
  },
  onJoin: (state) => {
    state.joined++
  },
})

test('clients that join a room of 1,000 rows at once all get its state, and are let in tick by tick', async () => {
  const server = await runServer(room, { maxJoinsPerTick })
  /** How many sessions there were at each version. */
  const sizes: number[] = []
  server.store.subscribe(() => sizes.push(server.clients.size))
  const connections: Connection<typeof room>[] = await Promise.all(
    Array.from({ length: clientCount }, () => connect<typeof room>(urlOf(server))),
  )
  onTestFinished(async () => {
    await Promise.all(connections.map((connection) => connection.disconnect()))
  })
  expect(new Set(connections.map(({ clientId }) => clientId)).size).toBe(clientCount)
  for (const { state } of connections) expect(state.rows.size).toBe(rowCount)
  await Promise.all(connections.map((connection) => connection.waitUntil(({ joined }) => joined === clientCount)))
  for (const { state, version } of connections) expect(equalStates(state, server.store.at(version))).toBe(true)
  sizes.push(server.clients.size)
  const steps = sizes.map((size, index) => size - (sizes[index - 1] ?? 0))
  expect(Math.max(...steps)).toBeLessThanOrEqual(maxJoinsPerTick)
})
