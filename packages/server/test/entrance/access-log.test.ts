import { Writable } from 'node:stream'
import { silentLogger } from '@tygase/gamestate/internal'
import { createTransportPair } from '@tygase/protocol'
import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { AccessLog, type AccessLogTarget } from '../../src/entrance/door.js'
import type { AcceptedTransport } from '../../src/entrance/listener.js'

const address = { host: '203.0.113.7', port: 4242 }
const request = { method: 'GET', path: '/rooms', status: 200, durationMs: 3 }
const end = { code: 'disconnected', reason: 'bye', bytesIn: 100, bytesOut: 2000 } as const

function openLog(target: AccessLogTarget | undefined) {
  const clock = new VirtualClock()
  const errors: string[] = []
  const logger = { ...silentLogger, error: (_details: object, message: string) => void errors.push(message) }
  const log = new AccessLog({ target, logger, now: () => clock.now(), date: () => 'noon' })
  return { clock, log, errors }
}

function transportFrom(host: string, port: number, counts: { bytesRead?: number; bytesWritten?: number } = {}) {
  const [transport] = createTransportPair((deliver) => deliver())
  return Object.assign(transport, { clientAddress: { host, port }, ...counts }) as AcceptedTransport
}

/** A session on two transports, a refused peer and a request. */
function play({ log, clock }: ReturnType<typeof openLog>): void {
  log.begin('ada', transportFrom('203.0.113.7', 4242))
  clock.advance(1000)
  const second = transportFrom('2001:db8::1', 1)
  log.begin('ada', second)
  log.begin('ada', second)
  clock.advance(500)
  log.end('ada', end)
  log.end('ada', end)
  log.refused(undefined, 'blocked', 'the address is blocked')
  log.requested(address, request)
}

test('a logger gets an entry for each session that connects, resumes and disconnects, each refused peer and each request [M12]', () => {
  const entries: unknown[] = []
  play(openLog({ info: (details, message) => entries.push([message, details]) }))
  expect(entries).toEqual([
    ['connect', { remote: '203.0.113.7:4242', clientId: 'ada' }],
    ['resume', { remote: '[2001:db8::1]:1', clientId: 'ada' }],
    ['disconnect', { remote: '[2001:db8::1]:1', clientId: 'ada', durationMs: 1500, ...end }],
    ['refuse', { remote: 'unknown', code: 'blocked', reason: 'the address is blocked' }],
    ['request', { remote: '203.0.113.7:4242', ...request }],
  ])
})

test('a stream gets the same entries, a line of JSON each, with the time [M12]', () => {
  const lines: string[] = []
  play(openLog({ write: (line: string) => lines.push(line) }))
  expect(lines.length).toBe(5)
  expect(lines.every((line) => line.endsWith('}\n'))).toBe(true)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: 'noon',
    msg: 'connect',
    remote: '203.0.113.7:4242',
    clientId: 'ada',
  })
})

test('the bytes of a session are those of its transports, if they count bytes', () => {
  const entries: object[] = []
  const { log } = openLog({ info: (details) => entries.push(details) })
  log.begin('ada', transportFrom('203.0.113.7', 1, { bytesRead: 10, bytesWritten: 20 }))
  log.begin('ada', transportFrom('203.0.113.7', 2, { bytesRead: 1, bytesWritten: 2 }))
  log.end('ada', end)
  expect(entries.at(-1)).toMatchObject({ bytesIn: 11, bytesOut: 22 })
})

test('a session is counted from its first transport to its end', () => {
  const { log } = openLog(undefined)
  log.begin('ada', transportFrom('203.0.113.7', 1))
  log.begin('ada', transportFrom('203.0.113.7', 2))
  log.begin('bob', transportFrom('203.0.113.8', 1))
  expect(log.sessions).toBe(2)
  log.end('ada', end)
  expect(log.sessions).toBe(1)
})

test('a reason cannot forge an entry', () => {
  const lines: string[] = []
  openLog({ write: (line: string) => lines.push(line) }).log.refused(address, 'refused', 'x"}\n{"msg":"connect"}\u2028')
  expect(lines.join('').trimEnd().split('\n').length).toBe(1)
})

test('a target that throws is logged, and the session goes on', () => {
  const stage = openLog({
    info: () => {
      throw new Error('disk full')
    },
  })
  play(stage)
  expect(new Set(stage.errors)).toEqual(new Set(['the access log failed']))
})

test('without a target there are no entries [M12]', () => {
  expect(() => play(openLog(undefined))).not.toThrow()
})

test.each([{}, { info: 1 }, { write: 'file' }])('a target %j throws invalid_argument', (target) => {
  expect(() => openLog(target as AccessLogTarget)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

test('a stream that fails, as one on a full disk does, is logged and ends nothing', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no space left on device')) })
  const stage = openLog(stream)
  play(stage)
  await new Promise((resolve) => setImmediate(resolve))
  play(stage)
  await new Promise((resolve) => setImmediate(resolve))
  expect(stage.errors[0]).toBe('the access log failed')
})

test('a stream that is slow keeps no more than 4 MiB, and says how many entries it has not got', () => {
  const lines: string[] = []
  let isSlow = true
  const stream = {
    write: (text: string) => void lines.push(...text.trim().split('\n')),
    get writableLength() {
      return isSlow ? lines.join('\n').length : 0
    },
  }
  const { log } = openLog(stream)
  const path = `/${'x'.repeat(1_000_000)}`
  for (let i = 0; i < 20; i++) log.requested(address, { ...request, path })
  expect(lines.length).toBe(5)
  isSlow = false
  log.requested(address, request)
  expect(lines.slice(5).map((line) => JSON.parse(line))).toEqual([
    { time: 'noon', msg: 'dropped', entries: 15 },
    expect.objectContaining({ msg: 'request', path: '/rooms' }),
  ])
})
