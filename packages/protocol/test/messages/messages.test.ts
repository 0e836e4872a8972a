import { readFileSync } from 'node:fs'
import { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messageTable, readMessage, writeMessage } from '../../src/messages/messages.js'
import { readPacket } from '../../src/packet.js'
import { bytesOf, hexOf } from '../hex.js'
import { vectors } from './vectors.js'

const limits = { maxPacketBytes: 65_536, maxEventsPerPacket: 8, maxEventBytes: 64 }
const document = readFileSync(new URL('../../../../PROTOCOL.md', import.meta.url), 'utf8')

describe('messages', () => {
  it.each(vectors)('write %s as the bytes of the specification', (_what, message, hex) => {
    const writer = new ByteWriter()
    writeMessage(writer, message)
    expect(hexOf(writer.finish())).toBe(hex)
  })

  it.each(vectors)('read %s back to what was written, to the last byte', (_what, message, hex) => {
    const reader = new ByteReader(bytesOf(hex))
    expect(readMessage(reader)).toStrictEqual(message)
    expect(reader.remaining).toBe(0)
  })

  it.each(vectors)('have %s as an example in PROTOCOL.md', (_what, _message, hex) => {
    expect(document).toContain(hex)
  })

  it('have each kind in PROTOCOL.md as it stands in the table', () => {
    for (const [kind, { number, from, perPacket }] of Object.entries(messageTable)) {
      expect(document).toContain(`| ${number} | ${kind.toUpperCase()} | ${from} | ${perPacket} |`)
    }
  })

  it.each(vectors)('refuse %s when it is cut short at any byte', (_what, message, hex) => {
    const bytes = bytesOf(hex)
    const from = messageTable[message.kind].from === 'client' ? 'client' : 'server'
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readPacket(bytes.slice(0, length), from, limits), `${length} bytes`).toThrowError(
        expect.objectContaining({ name: 'ProtocolError' }),
      )
    }
  })

  it.each(vectors)('of %s, changed in any one byte, read or give a coded error', (_what, message, hex) => {
    const from = messageTable[message.kind].from === 'client' ? 'client' : 'server'
    const whole = bytesOf(hex)
    for (let at = 0; at < whole.length; at++) {
      for (let value = 0; value < 256; value++) {
        const bytes = whole.slice()
        bytes[at] = value
        expectMessagesOrCode(bytes, from)
      }
    }
  })

  it('are read from any bytes at all, or give a coded error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom('client', 'server'), (bytes, from) => {
        expectMessagesOrCode(bytes, from)
      }),
      { numRuns: 5000 },
    )
  })

  it('that read from any bytes are written as the same bytes: there is one form for each', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 30 }), (bytes) => {
        const reader = new ByteReader(bytes)
        let message: ReturnType<typeof readMessage>
        try {
          message = readMessage(reader)
        } catch {
          return
        }
        // numbers that close codes do not have are one and the same to the reader
        if ('code' in message) return
        const writer = new ByteWriter()
        writeMessage(writer, message)
        expect(hexOf(writer.finish())).toBe(hexOf(bytes.slice(0, reader.position)))
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['a kind that does not exist', '0b', 'malformed'],
    ['a flag that does not exist', '1a 01 00', 'malformed'],
    ['sequence 0', '17 00 01', 'malformed'],
    ['a payload flag with no bytes', '47 01 00', 'malformed'],
    ['a floor of 0', '0a 00 00', 'malformed'],
    ['a delta from its own version', '15 05 00 00', 'malformed'],
    ['a delta from below version 0', '15 05 06 00', 'malformed'],
    ['an ack that begins with skip', '28 02 00 01', 'malformed'],
    ['an ack that ends with skip', '28 02 01 00', 'malformed'],
    ['an ack with two runs that are one', '28 02 01 01', 'malformed'],
    ['a long count for few runs', '08 01 02 01', 'malformed'],
    ['more outcomes than bytes', '18 02 ff ff ff ff 7f', 'malformed'],
    ['an outcome of an unknown kind', '18 02 03 03', 'malformed'],
    ['an outcome of no bytes', '18 02 03 00', 'malformed'],
    ['two acks', '18 02 01 18 02 01', 'malformed'],
    ['a refusal with company', '03 b6 1f 00 09 05', 'malformed'],
    ['nothing', '', 'malformed'],
    ['a message of the other side', '06', 'unexpected_message'],
    ['nine events where eight are allowed', '07 01'.repeat(9), 'too_many_events'],
    ['an event above the limit', `47 01 41 ${'00'.repeat(65)}`, 'event_too_large'],
    ['a name above the limit', `07 00 82 01 ${'61'.repeat(65)}`, 'event_too_large'],
  ])('refuse a packet with %s', (_what, hex, code) => {
    expect(() => readPacket(bytesOf(hex), 'server', limits)).toThrowError(expect.objectContaining({ code }))
  })

  it('refuse a packet above the limit before looking into it', () => {
    expect(() => readPacket(new Uint8Array(65_537), 'client', limits)).toThrowError(
      expect.objectContaining({ code: 'packet_too_large' }),
    )
  })
})

function expectMessagesOrCode(bytes: Uint8Array, from: 'client' | 'server'): void {
  try {
    readPacket(bytes, from, limits)
  } catch (error) {
    expect(error).toMatchObject({ name: 'ProtocolError' })
  }
}
