import { describe, expect, it } from 'vitest'
import {
  readRoomRecord,
  readServerRecord,
  roomKey,
  type ServerRecord,
  writeRecord,
} from '../../src/lease/server-record.js'

const record: ServerRecord = {
  status: 'up',
  leaseMs: 6000,
  renewal: 3,
  address: 'wss://game.example/s/a',
  processId: 7,
  sessions: 2,
  maxSessions: 100,
  weight: 1.5,
  kinds: { arena: 3 },
}
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

const damaged: [what: string, change: Record<string, unknown>][] = [
  ['another status', { status: 'gone' }],
  ['a lease without end', { leaseMs: 1e12 }],
  ['a lease of nothing', { leaseMs: 0 }],
  ['a weight of nothing', { weight: 0 }],
  ['a text as a count', { sessions: '2' }],
  ['half of a renewal less than none', { renewal: -1 }],
  ['a long address', { address: 'a'.repeat(2001) }],
  ['no address', { address: undefined }],
  ['no kinds', { kinds: undefined }],
  ['a kind without a version', { kinds: { arena: 'new' } }],
  ['more kinds than any game has', { kinds: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [i, 1])) }],
]

describe('the record of a server', () => {
  it('is read as it was written, without what it does not know', () => {
    expect(readServerRecord(writeRecord(record))).toEqual(record)
    expect(readServerRecord(encode({ ...record, more: 1 }))).toEqual(record)
  })

  it.each(damaged)('is none with %s', (_, change) => {
    expect(readServerRecord(encode({ ...record, ...change }))).toBe(undefined)
  })

  it.each([[''], ['{'], ['7'], ['null'], ['[]']])('is none with the text %j', (text) => {
    const bytes = new TextEncoder().encode(text)
    expect([readServerRecord(bytes), readRoomRecord(bytes)]).toEqual([undefined, undefined])
  })
})

describe('the record of a room', () => {
  it('is read as it was written, and is none without a server or with an epoch that is none', () => {
    expect(readRoomRecord(writeRecord({ serverId: 'a-B_1', epoch: 4 }))).toEqual({ serverId: 'a-B_1', epoch: 4 })
    for (const wrong of [{ serverId: 'a' }, { serverId: 'a.b', epoch: 1 }, { serverId: 'a', epoch: 0 }, { epoch: 1 }]) {
      expect(readRoomRecord(encode(wrong))).toBe(undefined)
    }
  })

  it('has a key of its own, whatever characters the id of the room has', () => {
    const ids = ['arena/42', 'arena/4', 'a.b', 'ä', '*', '>', ' ', 'room']
    expect(new Set(ids.map(roomKey)).size).toBe(ids.length)
    for (const id of ids) expect(roomKey(id)).toMatch(/^room\.[\w-]+$/)
  })
})
