import { links, simulate } from '@tygase/testkit'
import { race } from './rules.js'

test('no lap is lost on a mobile network', async () => {
  const simulation = await simulate({ game: race, clients: 2, link: links.mobile, seed: 1, command: 'this test' })
  for (const { connection } of simulation.clients) connection.dispatchEvent('run', { retries: 3 })
  await simulation.step(3000)
  await simulation.settle()
  expect(simulation.server.store.state.laps).toBe(2)
  await simulation.end()
})
