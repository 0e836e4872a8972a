import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { type ClosingSocket, ClosingSockets } from '../../src/entrance/closing-sockets.js'

const drainMs = 1000
const kibibyte = 1024

class Socket implements ClosingSocket {
  bytesLeft: number
  isCut = false

  constructor(bytesLeft = 0) {
    this.bytesLeft = bytesLeft
  }

  cut(): void {
    this.isCut = true
  }
}

function setUp(maxBytes?: number) {
  const clock = new VirtualClock()
  const closing = new ClosingSockets(clock, drainMs, maxBytes)
  const add = (bytesLeft?: number): Socket => {
    const socket = new Socket(bytesLeft)
    closing.add(socket)
    return socket
  }
  return { clock, closing, add }
}

test('a socket whose peer neither reads nor answers is cut after drainMs', () => {
  const { clock, closing, add } = setUp()
  const [silent, stuck] = [add(), add(100 * kibibyte)]
  clock.advance(drainMs - 1)
  expect([silent.isCut, stuck.isCut]).toEqual([false, false])
  clock.advance(100)
  expect([silent.isCut, stuck.isCut, closing.size]).toEqual([true, true, 0])
})

test('a socket whose peer reads is not cut while it goes on at 128 KiB a second', () => {
  const { clock, add } = setUp()
  const socket = add(1024 * kibibyte)
  while (socket.bytesLeft > 0) {
    clock.advance(500)
    socket.bytesLeft -= 64 * kibibyte
    expect(socket.isCut).toBe(false)
  }
  expect(clock.now()).toBe(8000)
})

test('a peer that reads a byte now and then is cut when the time of its bytes is over', () => {
  const { clock, add } = setUp()
  const socket = add(256 * kibibyte)
  while (clock.now() < 2900) {
    clock.advance(100)
    socket.bytesLeft--
  }
  expect(socket.isCut).toBe(false)
  clock.advance(200)
  expect(socket.isCut).toBe(true)
})

test('sockets that take too much in all are cut beginning with the idlest one, but none before it had time to read', () => {
  const { clock, add } = setUp(400 * kibibyte)
  const first = add(100 * kibibyte)
  clock.advance(300)
  const [reads, second, third] = [add(100 * kibibyte), add(100 * kibibyte), add(100 * kibibyte)]
  const cut = (): boolean[] => [first, reads, second, third].map(({ isCut }) => isCut)
  clock.advance(100)
  expect(cut()).toEqual([false, false, false, false])
  reads.bytesLeft -= kibibyte
  clock.advance(200)
  expect(cut()).toEqual([true, false, false, false])
  clock.advance(300)
  expect(cut()).toEqual([true, false, true, false])
})

test('ten thousand sockets that close at once are not cut for their number', () => {
  const { clock, closing, add } = setUp()
  const sockets = Array.from({ length: 10_000 }, () => add())
  clock.advance(400)
  for (const socket of sockets) closing.delete(socket)
  clock.advance(5000)
  expect(sockets.some(({ isCut }) => isCut)).toBe(false)
})

test('no timer runs once all have closed', () => {
  const { clock, closing, add } = setUp()
  closing.delete(add())
  expect(clock.pending).toBe(0)
})
