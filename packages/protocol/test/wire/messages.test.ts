import { readFileSync } from 'node:fs'
import { ByteWriter } from '@tygase/gamestate/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import { fromClient, fromServer, type MessageName, messages as rows, type Side } from '../../src/wire/messages.js'
import { type Message, readPacket, senderOf, writeMessage } from '../support/by-kind.js'
import { bytesOf, hexOf } from '../support/hex.js'
import { vectors } from '../support/vectors.js'

const limits = { maxPacketBytes: 65_536, maxEventsPerPacket: 8, maxEventBytes: 64 }
const document = readFileSync(new URL('../../../../PROTOCOL.md', import.meta.url), 'utf8')

describe('messages', () => {
  it.each(vectors)('write %s as the bytes of the specification', (_what, message, hex) => {
    const writer = new ByteWriter()
    writeMessage(writer, message)
    expect(hexOf(writer.finish())).toBe(hex)
  })

  it.each(vectors)('read %s back to what was written, to the last byte', (_what, message, hex) => {
    expect(readPacket(bytesOf(hex), oneSenderOf(message), limits)).toStrictEqual([message])
  })

  it.each(vectors)('have %s as an example in PROTOCOL.md', (_what, _message, hex) => {
    expect(document).toContain(hex)
  })

  it('have each kind in PROTOCOL.md as it stands in the table', () => {
    for (const kind of Object.keys(rows) as MessageName[]) {
      const row = [rows[kind].kind, kind.toUpperCase(), senderOf(kind), rows[kind].perPacket ?? 'once']
      expect(document).toContain(`| ${row.join(' | ')} |`)
    }
  })

  it('are read from the sides that the table names, and from no other', () => {
    const fromBoth = (Object.keys(rows) as MessageName[]).map((kind) => [
      kind in fromClient.rows,
      kind in fromServer.rows,
    ])
    const named = Object.values(rows).map(({ from }) => [from !== 'server', from !== 'client'])
    expect(fromBoth).toEqual(named)
  })

  it('have numbers of their own from 1 to 15', () => {
    const numbers = Object.values(rows).map(({ kind }) => kind)
    expect(new Set(numbers).size).toBe(numbers.length)
    for (const number of numbers) expect(number >= 1 && number <= 15).toBe(true)
  })

  it.each(vectors)('refuse %s if it is cut short at any byte', (_what, message, hex) => {
    const bytes = bytesOf(hex)
    const from = oneSenderOf(message)
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readPacket(bytes.slice(0, length), from, limits), `${length} bytes`).toThrowError(
        expect.objectContaining({ name: 'ProtocolError' }),
      )
    }
  })

  it.each(vectors)('of %s, changed in any one byte, read or give a coded error', (_what, message, hex) => {
    const from = oneSenderOf(message)
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
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom<Side>('client', 'server'), (bytes, from) => {
        expectMessagesOrCode(bytes, from)
      }),
      { numRuns: 5000 },
    )
  })

  it('that read from any bytes are written as the same bytes: there is one form for each', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 30 }),
        fc.constantFrom<Side>('client', 'server'),
        (bytes, from) => {
          let messages: Message[]
          try {
            messages = readPacket(bytes, from, limits)
          } catch {
            return
          }
          const [message] = messages
          // of several, the order is not kept; numbers that close codes do not have are one and the same to the reader
          if (messages.length !== 1 || message === undefined || 'code' in message) return
          const writer = new ByteWriter()
          writeMessage(writer, message)
          expect(hexOf(writer.finish())).toBe(hexOf(bytes))
        },
      ),
      { numRuns: 20_000 },
    )
  })

  it.each([
    ['a kind that does not exist', '0c', 'malformed'],
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
    ['a long count for as many runs as the head can count', `08 0f 02 ${'01 02 '.repeat(7)}01`, 'malformed'],
    ['more outcomes than bytes', '18 02 ff ff ff ff 7f', 'malformed'],
    ['an outcome of an unknown kind', '18 02 03 03', 'malformed'],
    ['an outcome of no bytes', '18 02 03 00', 'malformed'],
    ['two acks', '18 02 01 18 02 01', 'malformed'],
    ['a refusal with company', '03 b8 1f 00 09 05', 'malformed'],
    ['nothing', '', 'malformed'],
    ['a message of the other side', '06', 'unexpected_message'],
    ['nine events where eight are allowed', '07 01'.repeat(9), 'too_many_events'],
    ['an event above the limit', `47 01 41 ${'00'.repeat(65)}`, 'event_too_large'],
    ['a name above the limit', `07 00 82 01 ${'61'.repeat(65)}`, 'event_too_large'],
    ['a returned value above the limit of an event', `18 02 03 82 01 ${'00'.repeat(65)}`, 'event_too_large'],
    ['a refusal above it, and above 256 characters', `18 02 03 01 00 82 04 ${'61'.repeat(257)}`, 'event_too_large'],
    ['a message of a kind that there is none of', '00', 'malformed'],
  ])('refuse a packet with %s', (_what, hex, code) => {
    expect(() => readPacket(bytesOf(hex), 'server', limits)).toThrowError(expect.objectContaining({ code }))
  })

  it.each([
    [128, undefined],
    [129, 'event_too_large'],
  ])('take a name of %s characters: with the code %s', (length, code) => {
    const packet = bytesOf(
      `07 00 ${hexOf(new Uint8Array([0x80 | ((length * 2) & 127), length >> 6]))} ${'61 '.repeat(length)}`,
    )
    const large = { ...limits, maxEventBytes: 1000 }
    if (code === undefined) expect(readPacket(packet, 'server', large)).toHaveLength(1)
    else expect(() => readPacket(packet, 'server', large)).toThrowError(expect.objectContaining({ code }))
  })

  it('refuse a packet above the limit before looking into it', () => {
    expect(() => readPacket(new Uint8Array(65_537), 'client', limits)).toThrowError(
      expect.objectContaining({ code: 'packet_too_large' }),
    )
  })
})

function expectMessagesOrCode(bytes: Uint8Array, from: Side): void {
  try {
    readPacket(bytes, from, limits)
  } catch (error) {
    if (!(error instanceof ProtocolError)) expect(error).toMatchObject({ name: 'ProtocolError' })
  }
}

/** Either will do where both send it. */
function oneSenderOf(message: Message): Side {
  return senderOf(message.kind) === 'client' || 'tick' in message ? 'client' : 'server'
}
