import { expect, test } from 'vitest'
import { AccessLog, type AccessLogTarget } from '../../src/access-log/access-log.js'

const address = { host: '203.0.113.7', port: 4242 }
const summary = {
  clientId: 'ada',
  code: 'disconnected',
  reason: 'bye',
  durationMs: 1500,
  bytesIn: 100,
  bytesOut: 2000,
} as const
const request = { method: 'GET', path: '/rooms', status: 200, durationMs: 3 }

function tell(log: AccessLog): void {
  log.connected(address, 'ada')
  log.resumed({ host: '2001:db8::1', port: 1 }, 'ada')
  log.disconnected(address, summary)
  log.refused(undefined, 'blocked', 'the address is blocked')
  log.requested(address, request)
}

test('a logger gets an entry for each that comes, resumes, goes and is refused, and for each request [M12]', () => {
  const entries: unknown[] = []
  tell(new AccessLog({ info: (details, message) => entries.push([message, details]) }))
  expect(entries).toEqual([
    ['connect', { remote: '203.0.113.7:4242', clientId: 'ada' }],
    ['resume', { remote: '[2001:db8::1]:1', clientId: 'ada' }],
    ['disconnect', { remote: '203.0.113.7:4242', ...summary }],
    ['refuse', { remote: 'unknown', code: 'blocked', reason: 'the address is blocked' }],
    ['request', { remote: '203.0.113.7:4242', ...request }],
  ])
})

test('a stream gets the same, a line of JSON each, with the time [M12]', () => {
  const lines: string[] = []
  tell(new AccessLog({ write: (line: string) => lines.push(line) }, () => 'noon'))
  expect(lines.length).toBe(5)
  expect(lines.every((line) => line.endsWith('}\n'))).toBe(true)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: 'noon',
    msg: 'connect',
    remote: '203.0.113.7:4242',
    clientId: 'ada',
  })
})

test('a reason cannot forge an entry of its own', () => {
  const lines: string[] = []
  new AccessLog({ write: (line: string) => lines.push(line) }).refused(
    address,
    'refused',
    'x"}\n{"msg":"connect"}\u2028',
  )
  expect(lines.join('').trimEnd().split('\n').length).toBe(1)
})

test('without a target nothing happens [M12]', () => {
  expect(() => tell(new AccessLog(undefined))).not.toThrow()
})

test.each([{}, { info: 1 }, { write: 'file' }])('a target %j throws invalid_argument', (target) => {
  expect(() => new AccessLog(target as AccessLogTarget)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})
