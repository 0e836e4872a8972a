import { expect, test } from 'vitest'
import { setRoomStage } from '../support/stage.js'

test('entries about a room name it; a room that begins or ends is no news', async () => {
  const said: unknown[] = []
  const write =
    (level: string) =>
    ({ room, ...details }: { room?: string; err?: Error }, message: string) =>
      said.push([level, room, details.err?.message, message])
  const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const bang = (what: string) => () => {
    throw new Error(what)
  }
  const hooks = { onJoin: bang('join'), onLeave: bang('leave'), onTick: bang('tick') }
  const { server, joined, pass } = await setRoomStage({ logger }, hooks)
  await joined('/field/1')
  await pass(100)
  await server.shutdown({ endSessions: true })
  for (const hook of ['Join', 'Leave', 'Tick']) {
    expect(said).toContainEqual(['error', 'field/1', hook.toLowerCase(), `on${hook} of a room failed`])
  }
  expect(said.filter((entry) => (entry as unknown[])[0] !== 'error')).toEqual([
    ['debug', undefined, undefined, 'the server runs, without a port'],
    ['info', undefined, undefined, 'the server has shut down'],
  ])
})
