import { expect, test } from 'vitest'
import { Leaving } from '../../src/defence/leaving.js'

class Socket {
  isCut = false

  terminate(): void {
    this.isCut = true
  }
}

test('only the last ones may take their time; the first of too many is cut', () => {
  const leaving = new Leaving(2)
  const sockets = [1, 2, 3, 4].map(() => new Socket())
  for (const socket of sockets) leaving.add(socket)
  expect(sockets.map(({ isCut }) => isCut)).toEqual([true, true, false, false])
})

test('one that has closed makes room', () => {
  const leaving = new Leaving(2)
  const sockets = [1, 2, 3].map(() => new Socket())
  for (const socket of sockets) {
    leaving.add(socket)
    leaving.delete(socket)
  }
  expect(sockets.map(({ isCut }) => isCut)).toEqual([false, false, false])
})
