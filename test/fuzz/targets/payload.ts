import { isDeepStrictEqual } from 'node:util'
import { GameStateError } from '@tygase/gamestate'
import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import type { Dice } from '../dice.js'
import { drawPlain } from '../support/draw-state.js'
import { demand, kindOf, type Target } from '../target.js'

const forms = [
  'e3 00 01 02',
  '04 00 00 80 3f',
  '03 00 00 00 00 00 00 f8 7f',
  '06 ff ff ff ff ff ff ff 0f',
  '05 ff ff ff ff ff ff ff 0f',
  '0a 09',
  '11 02 01 02',
  '15 00',
  '16 01 00 41',
  '10 06 61 62 63',
  '10 05 00 d8',
  '17 03 24 06',
  '12 02 41 42',
  '12 ff ff ff ff 7f 41',
  '13 01 02 78 41',
  'e2 f1 02 78 41 14 42',
  'e2 41 14 42',
  '20 ec',
  'f1 12 5f 5f 70 72 6f 74 6f 5f 5f 41',
  `${'e1 '.repeat(40)}41`,
]

const refusals = ['bytes_malformed', 'bytes_truncated', 'value_limit']

export const payload: Target = {
  name: 'payload',
  about: 'values in events; what is taken is written and read again',
  share: 16,
  corpus: (dice) => [
    ...forms.map((hex) => Uint8Array.from(hex.split(' '), (pair) => Number.parseInt(pair, 16))),
    ...Array.from({ length: 200 }, () => drawPayload(dice)),
  ],
  fresh: drawPayload,
  run(input) {
    let value: unknown
    try {
      value = decodeValue(input, { maxPayloadElements: 500 })
    } catch (error) {
      if (error instanceof GameStateError && refusals.includes(error.code)) return kindOf(error)
      throw error
    }
    const again = encodeValue(value)
    demand(isDeepStrictEqual(decodeValue(again), value), 'changes on the way')
    return `ok ${typeof value} ${again.length < 40 ? again.length : 'long'}`
  },
}

function drawPayload(dice: Dice): Uint8Array {
  return encodeValue(drawPlain(dice, 4))
}
