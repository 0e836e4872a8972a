import { expect, test } from 'vitest'
import { HostRole } from '../src/host-role.js'

test.each([
  [true, 'a', ['a', 'a', 'a', 'a']],
  [false, 'a', ['a', 'a', 'a', 'a']],
])('with hand-over %s the first to join is host and stays it when others come and go', (handOver, first, expected) => {
  const role = new HostRole(handOver)
  const hosts: (string | undefined)[] = []
  role.join(first)
  hosts.push(role.clientId)
  role.join('b')
  hosts.push(role.clientId)
  role.join('c')
  hosts.push(role.clientId)
  role.leave('b')
  hosts.push(role.clientId)
  expect(hosts).toEqual(expected)
})

test('nobody is host before the first has joined and after the last has left', () => {
  const role = new HostRole(true)
  expect(role.clientId).toBeUndefined()
  role.join('a')
  role.leave('a')
  expect(role.clientId).toBeUndefined()
})

test('the role goes to who joined earliest of those that are left', () => {
  const role = new HostRole(true)
  for (const clientId of ['a', 'b', 'c']) role.join(clientId)
  role.leave('b')
  role.leave('a')
  expect(role.clientId).toBe('c')
})

test('without hand-over the role is vacant until all have left and one joins', () => {
  const role = new HostRole(false)
  for (const clientId of ['a', 'b']) role.join(clientId)
  role.leave('a')
  role.join('c')
  expect(role.clientId).toBeUndefined()
  role.leave('b')
  role.leave('c')
  role.join('d')
  expect(role.clientId).toBe('d')
})
