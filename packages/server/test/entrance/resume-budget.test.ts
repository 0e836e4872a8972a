import { expect, test } from 'vitest'
import { FakeTransport } from '../support/fake-transport.js'
import { setRoomStage } from '../support/stage.js'

/** A transport that writes down what is counted for its budget. */
class CountedTransport extends FakeTransport {
  readonly charges: number[] = []

  charge(ms: number): void {
    this.charges.push(ms)
  }
}

test('the time of a resume is given back to the budgets, as all clients come at once after a restart', async () => {
  const { clock, join, pass, server } = await setRoomStage()
  const { client, link } = join('/field/1', {})
  await pass(200)
  link.cut()
  await pass(50)
  const room = server.rooms.get('field/1')!
  // each resume takes 7 ms
  room.onResume(() => clock.advance(7))
  const transport = new CountedTransport()
  server.acceptTransport(transport)
  client.session.attach({ reliable: true }, clock.now())
  transport.onBytes?.(client.session.flush(clock.now())!)
  expect(transport.charges).toContain(-7)
})

test('the time of a hello that resumes nothing is not given back', async () => {
  const { clock, join, pass, server } = await setRoomStage()
  const { client, link } = join('/field/1', {})
  await pass(200)
  link.cut()
  await pass(50)
  server.rooms.get('field/1')!.clients.get(client.session.clientId!)!.disconnect()
  const transport = new CountedTransport()
  server.acceptTransport(transport)
  client.session.attach({ reliable: true }, clock.now())
  transport.onBytes?.(client.session.flush(clock.now())!)
  expect(transport.closedWith).toBe(4023)
  expect(transport.charges.filter((ms) => ms < 0)).toEqual([])
})
