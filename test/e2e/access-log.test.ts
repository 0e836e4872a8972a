import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { once, runServer, urlOf } from './support/stage.js'

/** A logger that keeps what it is told. */
function notebook() {
  const lines: string[] = []
  const note = (details: object, message: string) => void lines.push(`${message} ${JSON.stringify(details)}`)
  return { lines, debug: note, info: note, warn: note, error: note }
}

const address = /"(?:127\.0\.0\.1|\[::1\]):\d+"/

/** A client comes and goes. */
async function playAWhile(server: Awaited<ReturnType<typeof runServer>>): Promise<string> {
  const client = await connect<typeof arena>(urlOf(server, '/game'))
  await client.request('buy', { item: 'hat' })
  const { clientId } = client
  const left = once((listener) => server.room.onLeave(listener))
  await client.disconnect()
  await left
  return clientId
}

test('who comes, goes and is refused is written to a stream, with host:port, and not to the main log [M12]', async () => {
  const stream = new PassThrough()
  const logger = notebook()
  const server = await runServer(arena, { accessLog: stream, logger }, { path: '/game' })
  const clientId = await playAWhile(server)
  await expect(connect(urlOf(server, '/other'))).rejects.toMatchObject({ code: 'connect_refused' })
  const lines = String(stream.read()).trimEnd().split('\n')
  const entries = lines.map((line) => JSON.parse(line))
  expect(entries.map(({ msg }) => msg)).toEqual(['connect', 'disconnect', 'refuse'])
  expect(lines.every((line) => address.test(line))).toBe(true)
  expect(entries[0]).toMatchObject({ clientId, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) })
  expect(entries[1]).toMatchObject({ clientId, code: 'disconnected', durationMs: expect.any(Number) })
  expect(entries[1].bytesIn).toBeGreaterThan(50)
  expect(entries[1].bytesOut).toBeGreaterThan(entries[1].bytesIn / 2)
  expect(entries[2]).toMatchObject({ code: 'refused', reason: expect.stringContaining('unknown_room: ') })
  expect(logger.lines.join()).toContain('a client was refused')
  expect(logger.lines.filter((line) => address.test(line))).toEqual([])
})

test('a logger of its own gets the same [M12]', async () => {
  const accessLog = notebook()
  const server = await runServer(arena, { accessLog })
  await playAWhile(server)
  expect(accessLog.lines.map((line) => line.split(' ')[0])).toEqual(['connect', 'disconnect'])
  expect(accessLog.lines.every((line) => address.test(line))).toBe(true)
})

test('without the option no address is logged anywhere [M12]', async () => {
  const logger = notebook()
  const server = await runServer(arena, { logger })
  await playAWhile(server)
  expect(logger.lines.filter((line) => address.test(line))).toEqual([])
})

test('a target that is neither logger nor stream is refused when the server is made', async () => {
  await expect(runServer(arena, { accessLog: {} as never })).rejects.toMatchObject({ code: 'invalid_argument' })
})
