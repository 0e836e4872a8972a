import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { limitFirstBytes } from '../../src/defence/first-bytes.js'

class Stream extends EventEmitter {
  bytesRead = 5000

  read(bytes: number): void {
    this.bytesRead += bytes
    this.emit('data')
  }
}

function setUp() {
  const webSocket = new EventEmitter()
  const stream = new Stream()
  let calls = 0
  limitFirstBytes(webSocket, stream, () => calls++)
  return { webSocket, stream, calls: () => calls }
}

test('what no hello can be is reported once, however small the pieces, and not before', () => {
  const { stream, calls } = setUp()
  for (let i = 0; i < 32; i++) stream.read(1024)
  expect(calls()).toBe(0)
  stream.read(1)
  stream.read(1024)
  expect(calls()).toBe(1)
  expect(stream.listenerCount('data')).toBe(0)
})

test('after the first message nobody looks any more', () => {
  const { webSocket, stream, calls } = setUp()
  stream.read(1000)
  webSocket.emit('message')
  stream.read(1_000_000)
  expect(calls()).toBe(0)
  expect(stream.listenerCount('data')).toBe(0)
})
