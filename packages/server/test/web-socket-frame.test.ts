import { expect, test } from 'vitest'
import { frameOf, sharedFrameOf, withFrameOf } from '../src/web-socket-frame.js'

const head = (length: number, bytes: number): string =>
  frameOf(new Uint8Array(length)).subarray(0, bytes).toString('hex')

test('a packet becomes one final binary frame, with its length in the shortest of three forms', () => {
  expect(head(5, 2)).toBe('8205')
  expect(head(125, 2)).toBe('827d')
  expect(head(126, 4)).toBe('827e007e')
  expect(head(65_535, 4)).toBe('827effff')
  expect(head(65_536, 10)).toBe('827f0000000000010000')
})

test('the packet follows the head', () => {
  expect([...frameOf(new Uint8Array([7, 8, 9]))]).toEqual([0x82, 3, 7, 8, 9])
})

test('the same shared packet gives the same frame, an equal one another', () => {
  const packet = new Uint8Array([7, 8, 9])
  expect([...sharedFrameOf(packet)]).toEqual([0x82, 3, 7, 8, 9])
  expect(sharedFrameOf(packet)).toBe(sharedFrameOf(packet))
  expect(sharedFrameOf(packet.slice())).not.toBe(sharedFrameOf(packet))
})

test('a frame of any length may follow another one in the same buffer', () => {
  const first = frameOf(new Uint8Array([7]))
  for (const length of [0, 125, 126, 65_536]) {
    const packet = new Uint8Array(length).fill(3)
    expect(withFrameOf(first, packet)).toEqual(Buffer.concat([first, frameOf(packet)]))
  }
})
