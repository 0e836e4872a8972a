import { describe, expect, it } from 'vitest'
import {
  type Ask,
  maxHeadBytes,
  readAsk,
  readPacket,
  type StreamPacket,
  writeAsk,
  writePacket,
} from '../../src/messages/packets.js'

const head = { sender: 'server-1', stream: 2, ageMs: 12_345, first: 7, number: 300 }
const packets: StreamPacket[] = [
  { kind: 'message', head, bytes: Uint8Array.of(1, 2, 3) },
  { kind: 'again', head, bytes: new Uint8Array() },
  { kind: 'beat', head },
  { kind: 'beat', head: { ...head, first: 301 } },
]
const spans = [
  { from: 1, through: 1 },
  { from: 300, through: 4000 },
]
const ask: Ask = { subject: 'a.b', stream: 2, spans }

describe('a packet between servers', () => {
  it.each(packets)('is read as it was written: $kind', (packet) => {
    expect(readPacket(writePacket(packet))).toEqual(packet)
  })

  it.each([
    ['no kind', [3, 1, 97, 1, 0, 1, 1]],
    ['no sender', [2, 0, 1, 0, 1, 1]],
    ['a sender with a space', [2, 1, 32, 1, 0, 1, 1]],
    ['stream 0', [2, 1, 97, 0, 0, 1, 1]],
    ['number 0', [2, 1, 97, 1, 0, 1, 0]],
    ['first 0', [2, 1, 97, 1, 0, 0, 1]],
    ['a first one far behind the last', [2, 1, 97, 1, 0, 3, 1]],
    ['a beat with more bytes', [2, 1, 97, 1, 0, 1, 1, 0]],
    ['an end too soon', [0, 1, 97, 1, 0, 1]],
  ])('with %s is none', (_, bytes) => {
    expect(readPacket(Uint8Array.from(bytes))).toBe(undefined)
  })

  it('has a head within its bound', () => {
    const most = Number.MAX_SAFE_INTEGER
    const largest = { sender: 'a'.repeat(64), stream: most, ageMs: most, first: most, number: most }
    expect(writePacket({ kind: 'beat', head: largest }).length).toBeLessThanOrEqual(maxHeadBytes)
  })
})

describe('a request for messages', () => {
  it('is read as it was written, and none is cut or has too many spans', () => {
    const written = writeAsk(ask)
    expect(readAsk(written)).toEqual(ask)
    expect(readAsk(written.subarray(0, -1))).toBe(undefined)
    expect(readAsk(writeAsk({ ...ask, spans: [] }))).toBe(undefined)
    expect(readAsk(writeAsk({ ...ask, spans: Array(65).fill({ from: 1, through: 1 }) }))).toBe(undefined)
  })
})
