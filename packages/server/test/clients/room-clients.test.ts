import { expect, test } from 'vitest'
import type { ClientLink } from '../../src/clients/client-link.js'
import { RoomClients } from '../../src/clients/room-clients.js'

/** The host role of a room in which sessions begin and end. */
class HostRole {
  readonly #clients: RoomClients

  constructor(handOver: boolean) {
    this.#clients = new RoomClients(handOver)
  }

  get clientId(): string | undefined {
    return this.#clients.host
  }

  join(id: string): void {
    this.#clients.expect(id)
    this.#clients.add({ id } as ClientLink)
  }

  leave(id: string): void {
    expect(this.#clients.remove(this.#clients.all.get(id)!)).toBe(true)
    expect(this.#clients.remove({ id } as ClientLink)).toBe(false)
  }
}

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

test('there is no host before the first join and after the last leave', () => {
  const role = new HostRole(true)
  expect(role.clientId).toBeUndefined()
  role.join('a')
  role.leave('a')
  expect(role.clientId).toBeUndefined()
})

test('the role goes to the client that joined first of those that are left', () => {
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
