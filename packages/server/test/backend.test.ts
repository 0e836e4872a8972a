import { VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { Backend } from '../src/index.js'
import { field } from './support/stage.js'

test('its parts belong together, and its methods are those of the server', async () => {
  const clock = new VirtualClock()
  const backend = new Backend(field, { clock, maxVersions: 2 })
  expect(backend.machine.store).toBe(backend.store)
  expect(backend.server.store).toBe(backend.store)
  await backend.run({ port: false })
  expect([backend.server.running, backend.machine.running]).toEqual([true, true])
  for (let i = 0; i < 5; i++) backend.machine.pushEvent({ name: 'add', data: 1, clientId: 'x' })
  clock.advance(100)
  expect(backend.store.state.sum).toBe(5)
  expect(backend.connections.size).toBe(0)
  expect(backend.port).toBeUndefined()
  const { dispatchEvent } = backend
  dispatchEvent('news', 'nobody hears it')
  await backend.shutdown()
  expect([backend.server.running, backend.machine.running]).toEqual([false, false])
})
