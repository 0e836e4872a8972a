import { expect, it } from 'vitest'
import { editState } from '../src/edit.js'
import { simulate } from '../src/index.js'
import { hall } from './support/hall.js'

it('an edit between two ticks is a version, which clients get, and which the rules go on from', async () => {
  const simulation = await simulate({ game: hall, clients: 2, seed: 3 })
  const { store } = simulation.server
  await simulation.step(500)
  const { version } = store
  editState(simulation, (state) => {
    Object.assign(state, { edited: [1, 2] })
  })
  expect([store.version, store.state]).toEqual([version + 1, expect.objectContaining({ edited: [1, 2] })])
  await simulation.step(1000)
  await simulation.settle()
  for (const { connection } of simulation.clients) expect(connection.state).toMatchObject({ edited: [1, 2] })
  editState(simulation, () => {})
  expect(store.version).toBe(simulation.server.machine.tick)
  await simulation.end()
})
