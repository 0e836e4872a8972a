import { expect, test } from 'vitest'
import { OpenRequests } from '../src/front.js'

const entering = (open: OpenRequests, hosts: (string | undefined)[]) =>
  hosts.map((host) => open.enter(host)).map((leave) => (typeof leave === 'string' ? leave : 'in'))

test('so many requests may be open, in all and for each address, where an IPv6 network counts as one', () => {
  const open = new OpenRequests(4, 2)
  expect(entering(open, ['203.0.113.7', '203.0.113.7', '203.0.113.7'])).toEqual(['in', 'in', 'too_many_requests'])
  expect(entering(open, ['2001:db8::1', '2001:db8::2', '2001:db8::3'])).toEqual(['in', 'in', 'too_many_requests'])
  expect(entering(open, ['203.0.113.8', undefined])).toEqual(['server_busy', 'server_busy'])
  expect(open.size).toBe(4)
})

test('one that is over makes room', () => {
  const open = new OpenRequests(1, 1)
  const leave = open.enter('203.0.113.7')
  expect(open.enter('203.0.113.8')).toBe('server_busy')
  if (typeof leave === 'function') leave()
  expect(open.size).toBe(0)
  expect(entering(open, ['203.0.113.7'])).toEqual(['in'])
})

test('by default 32 for each address, and any number from this machine or without one', () => {
  const open = new OpenRequests(1000, undefined)
  expect(entering(open, new Array<string>(40).fill('203.0.113.7')).filter((one) => one === 'in')).toHaveLength(32)
  expect(entering(open, new Array<string>(40).fill('127.0.0.1'))).not.toContain('too_many_requests')
  expect(entering(open, new Array<undefined>(40).fill(undefined))).not.toContain('too_many_requests')
})
