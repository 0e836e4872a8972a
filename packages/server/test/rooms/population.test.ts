import type { Hello } from '@tygase/protocol'
import { expect, test } from 'vitest'
import { Population } from '../../src/rooms/population.js'

function helloOf(attempt: number, resume?: string): Hello {
  const [credentials, bytes] = [new Uint8Array(0), new Uint8Array(8).fill(attempt)]
  const hello = { protocolVersion: 1, path: '/', receivedThrough: 0, attempt: bytes, startMs: 0, credentials }
  return resume === undefined ? hello : { ...hello, resume: { clientId: resume, token: new Uint8Array(16) } }
}

test('the room of a session is known by its client id and by the attempt that began it, until the session ends', () => {
  const population = new Population()
  const [ada, bob] = [{ clientId: 'ada' }, { clientId: 'bob' }]
  population.enter(ada, helloOf(1), 'arena/1')
  population.enter(bob, helloOf(2), 'arena/2')
  expect([helloOf(1), helloOf(2), helloOf(3)].map((hello) => population.roomKeyOf(hello))).toEqual([
    'arena/1',
    'arena/2',
    undefined,
  ])
  expect(population.roomKeyOf(helloOf(9, 'bob'))).toBe('arena/2')
  population.leave(bob)
  expect([population.roomKeyOf(helloOf(2)), population.roomKeyOf(helloOf(9, 'bob'))]).toEqual([undefined, undefined])
})

test('who resumes is looked for by the client id alone', () => {
  const population = new Population()
  population.enter({ clientId: 'ada' }, helloOf(1), 'arena/1')
  expect(population.roomKeyOf(helloOf(1, 'nobody'))).toBeUndefined()
})

test('those count who are in rooms or on the way to one, and those on the way for as long as their room says so', () => {
  const population = new Population()
  const rooms = [{ coming: 2 }, { coming: 1 }]
  for (const room of rooms) population.expect(room)
  population.expect(rooms[0]!)
  population.enter({ clientId: 'ada' }, undefined, 'arena/1')
  expect(population.size).toBe(4)
  rooms[0]!.coming = 0
  expect(population.size).toBe(2)
  // looked at no more, until somebody is on the way there again
  rooms[0]!.coming = 5
  expect(population.size).toBe(2)
  population.expect(rooms[0]!)
  expect(population.size).toBe(7)
})
