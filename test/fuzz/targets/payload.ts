import { isDeepStrictEqual } from 'node:util'
import { ProtocolError } from '@tygase/protocol'
import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import type { Dice } from '../dice.js'
import { drawPlain } from '../support/draw-state.js'
import { demand, kindOf, type Target } from '../target.js'

const forms = [
  'c0 c3 c2',
  'ca 3f 80 00 00',
  'cb 7f f8 00 00 00 00 00 00',
  'cf 00 1f ff ff ff ff ff ff',
  'd3 ff e0 00 00 00 00 00 01',
  'c4 02 01 02',
  'c7 01 05 00',
  'd6 ff 00 00 00 00',
  'da 00 03 61 62 63',
  'dc 00 02 01 02',
  'dd ff ff ff ff 01',
  'de 00 01 a1 78 01',
  '81 a9 5f 5f 70 72 6f 74 6f 5f 5f 01',
  `${'91 '.repeat(40)}c0`,
]

export const payload: Target = {
  name: 'payload',
  about: 'MessagePack in events; what is taken is written and read again',
  share: 16,
  corpus: (dice) => [
    ...forms.map((hex) => Uint8Array.from(hex.split(' '), (pair) => Number.parseInt(pair, 16))),
    ...Array.from({ length: 200 }, () => drawPayload(dice)),
  ],
  fresh: drawPayload,
  run(input) {
    let value: unknown
    try {
      value = decodePayload(input, { maxPayloadElements: 500 })
    } catch (error) {
      if (error instanceof ProtocolError && error.code.startsWith('payload_')) return kindOf(error)
      throw error
    }
    const again = encodePayload(value)
    demand(
      isDeepStrictEqual(withoutNegativeZero(decodePayload(again)), withoutNegativeZero(value)),
      'changes on the way',
    )
    return `ok ${typeof value} ${again.length < 40 ? again.length : 'long'}`
  },
}

function drawPayload(dice: Dice): Uint8Array {
  return encodePayload(drawPlain(dice, 4))
}

/** -0 becomes 0 when it is written, as is said of `encodePayload`. */
function withoutNegativeZero(value: unknown): unknown {
  if (value === 0) return 0
  if (Array.isArray(value)) return value.map(withoutNegativeZero)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutNegativeZero(part)]))
}
