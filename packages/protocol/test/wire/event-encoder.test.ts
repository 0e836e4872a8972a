import { ByteWriter } from '@tygase/gamestate/internal'
import { beforeEach, describe, expect, it } from 'vitest'
import { OutgoingEvents } from '../../src/events/outgoing-events.js'
import { limitsOf } from '../../src/server-limits.js'
import { EventEncoder } from '../../src/wire/event-messages.js'
import { messages, writeMessage } from '../../src/wire/messages.js'
import { hexOf } from '../support/hex.js'
import { makeList } from '../support/make-list.js'

const outgoing = new OutgoingEvents(limitsOf(), makeList)

function eventOf(name: string, sequence: number, minVersion?: number) {
  outgoing.send(name, new Uint8Array(0), {}, 0)
  const [event] = outgoing.take(0, { connectedMs: 0, nowMs: 0, rttMs: undefined }).events
  return { ...event!, sequence, options: minVersion === undefined ? {} : { minVersion } }
}

let encoder: EventEncoder

function written(...events: Parameters<typeof eventOf>[]): string {
  const bytes = new ByteWriter()
  for (const event of events) writeMessage(bytes, messages.event, encoder.encode(eventOf(...event), false))
  return hexOf(bytes.finish())
}

describe('events that are written', () => {
  beforeEach(() => {
    encoder = new EventEncoder()
    encoder.names = ['move', 'shout']
  })

  it('have their sequence if it does not follow from the one before', () => {
    expect(written(['move', 7], ['shout', 8], ['move', 10])).toBe('17 07 01 07 02 17 0a 01')
    encoder.restart()
    expect(written(['move', 11])).toBe('17 0b 01')
  })

  it('have a number for a name of the table, and the name itself for others', () => {
    expect(written(['hi', 1])).toBe('17 01 00 04 68 69')
    expect([encoder.nameLength('move'), encoder.nameLength('hi')]).toStrictEqual([0, 2])
  })

  it('name the version that they wait for unless the replica is ahead', () => {
    expect(written(['move', 1, 300])).toBe('37 01 ac 02 01')
    const bytes = new ByteWriter()
    writeMessage(bytes, messages.event, encoder.encode(eventOf('move', 2, 300), true))
    expect(hexOf(bytes.finish())).toBe('07 01')
  })

  it('take no more bytes than mostBytes says', () => {
    for (const name of ['move', 'ü'.repeat(128)]) {
      const bytes = new ByteWriter()
      const event = eventOf(name, 2 ** 50, 2 ** 53 - 1)
      encoder.restart()
      writeMessage(bytes, messages.event, encoder.encode(event, false))
      expect(bytes.length).toBeLessThanOrEqual(encoder.mostBytes(event))
    }
  })
})
