import type { Logger } from '@tygase/gamestate'
import { silentLogger } from '@tygase/gamestate/internal'
import type { AccessLogTarget } from '@tygase/server/internal'
import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { createHttp } from '../src/index.js'
import { RequestLog } from '../src/request-log.js'

const client = { host: '203.0.113.7', port: 4242 }

function setLog() {
  const clock = new VirtualClock()
  const entries: object[] = []
  const target = { info: (details: object, message: string) => void entries.push({ message, ...details }) }
  const log = new RequestLog({ target, clock, logger: silentLogger })
  return { clock, entries, target, log }
}

test('a request is logged when it is over, with how long it took', () => {
  const { clock, entries, log } = setLog()
  const note = log.begin('GET', '/scores', client)
  clock.advance(250)
  expect(entries).toEqual([])
  note(200)
  expect(entries).toEqual([
    { message: 'request', remote: '203.0.113.7:4242', method: 'GET', path: '/scores', status: 200, durationMs: 250 },
  ])
})

test.each([
  ['/scores?token=secret', '/scores'],
  ['/a/b#part', '/a/b'],
  ['http://ada:secret@host:80/scores?x', '/scores'],
  ['https://host', '/'],
  ['//host/x', '//host/x'],
  ['*', '*'],
  ['', '/'],
  [`/${'x'.repeat(5000)}`, `/${'x'.repeat(999)}`],
])('of what was asked for (%s) no more than the path is logged', (target, path) => {
  const { entries, log } = setLog()
  log.begin('GET', target, client)(404)
  expect(entries).toMatchObject([{ path }])
})

test('one that comes over no network, and one that got no answer, are logged as such', () => {
  const { entries, log } = setLog()
  log.begin('GET', '/', undefined)(undefined)
  expect(entries).toMatchObject([{ remote: 'unknown', status: undefined }])
})

test('a log that fails is told to the logger and stops nothing', () => {
  const errors: string[] = []
  const logger: Logger = { ...silentLogger, error: (_details, message) => void errors.push(message) }
  const target: AccessLogTarget = {
    info: () => {
      throw new Error('disk full')
    },
  }
  new RequestLog({ target, clock: new VirtualClock(), logger }).begin('GET', '/', client)(200)
  expect(errors).toEqual(['the access log failed'])
})

test('what is asked without a network is logged too; without the option nothing is, and not by the logger', async () => {
  const { clock, entries, target } = setLog()
  const said: object[] = []
  const say = (details: object): void => void said.push(details)
  const logger: Logger = { debug: say, info: say, warn: say, error: say }
  const options = { clock, logger, routes: () => {} }
  await createHttp({ ...options, accessLog: target }).request('/healthz?a=1', '203.0.113.7')
  await createHttp(options).request('/healthz', '203.0.113.7')
  expect(entries).toEqual([
    { message: 'request', remote: '203.0.113.7', method: 'GET', path: '/healthz', status: 200, durationMs: 0 },
  ])
  expect(said).toEqual([])
})

test('a target that is neither logger nor stream throws invalid_argument', () => {
  expect(() => createHttp({ accessLog: {} as AccessLogTarget })).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  )
})
