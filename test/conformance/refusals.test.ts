import { applyDelta, GameStateError } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import { decodeDelta, PacketDecoder, Refused } from './decoder/index.js'
import { fromHex } from './support/page.js'

/** An object with one key, `a`, and the value. */
const a = (value: string): string => `13 01 02 61 ${value}`

/** A map with shape 1 of the fields x (1, 2, 3), y (10, 20, 30), n ("ab", "ac", 0) and b (true, false, true), in slots 0 to 2. */
const map =
  '15 05 01 00 04 02 78 02 79 02 6e 02 62 01 01 06 00 07 00 00 04 70 30 01 02 31 01 02 32 ' +
  '00 41 42 43 00 4a 54 5e 00 82 61 62 82 61 63 40 02 05'

/** A map with three rows of shape 0, each `{"a":1}` to `{"a":3}`. */
const loose = '15 04 01 00 06 00 07 01 02 02 02 13 01 02 61 41 14 42 14 43'

/** A change of columns of all three rows of `map`. */
const columns = (list: string, count = '01'): string => `24 08 01 01 06 00 07 ${count} ${list}`

/** A new map with one row of shape 1, which has one field. */
const newRow = (column: string): string => `15 05 01 00 01 02 61 01 01 06 00 01 01 02 ${column}`

/** A section with a row of shape 1 that takes the place of the first one. */
const addedAt0 = '01 01 07 01 0a 01 41 01 41 01 41 01 01'

const object = '13 02 02 61 41 02 62 42'
/** An object with 17 keys. */
const wide = `13 11 ${range(17, (key) => `02 ${hex(0x61 + key)} 41`)}`
const text = '13 01 02 61 83 61 62 63'
const array = '13 01 02 61 12 03 41 42 43'
const edits = (list: string): string => `22 02 23 ${list} 00`

const deltas: Record<string, [rule: string, base: string | undefined, delta: string][]> = {
  Conventions: [
    ['a varuint is in its shortest form', undefined, a('06 80 00')],
    ['a varuint is at most 2^53 - 1', undefined, a('06 80 80 80 80 80 80 80 10')],
    ['a varuint has at most 8 bytes', undefined, a('06 80 80 80 80 80 80 80 80 01')],
    ['UTF-8 has no overlong forms', undefined, a('10 04 c0 80')],
    ['UTF-8 has no surrogates', undefined, a('10 06 ed a0 80')],
    ['UTF-16 is for what UTF-8 cannot hold', undefined, a('10 05 61 00')],
    ['UTF-16 is for what UTF-8 cannot hold: a pair', undefined, a('10 09 3d d8 00 de')],
    ['UTF-16 is for what UTF-8 cannot hold: nothing', undefined, a('10 01')],
    ['UTF-16 comes in two bytes', undefined, a('10 03 00')],
    ['nothing is left over', undefined, `${a('41')} 00`],
  ],
  Values: [
    ['a state is an object or a map', undefined, '12 00'],
    ['a snapshot has bytes', undefined, ''],
    ...['07', '0e', '0f', '16', '20', '3f', 'e0', 'ff'].map((tag): [string, undefined, string] => [
      `${tag} is no tag of a value`,
      undefined,
      a(tag),
    ]),
    ['text in a tag is ASCII', undefined, a('81 80')],
    ['an object has no key twice', undefined, '13 02 02 61 40 02 61 40'],
    ['no key is __proto__', undefined, '13 01 12 5f 5f 70 72 6f 74 6f 5f 5f 40'],
    ['an object like its template has one', undefined, '14'],
    ['the first part of an object has no template', '13 01 02 61 13 01 02 78 41', '13 01 02 61 14 42'],
    ['values are nested 100 levels deep', undefined, a(`${'12 01 '.repeat(100)} 41`)],
    ['there is no map in a row', undefined, '15 04 01 00 06 00 01 01 02 13 01 02 61 15 00'],
  ],
  Changes: [
    ['the state is not deleted', object, '21'],
    ['a changed key is there', object, '22 04 41 02 41 00'],
    ['an added key is not there', object, '22 01 01 02 61 41'],
    ['an added key is not there: twice', object, '22 01 02 02 63 41 02 63 41'],
    ['an added key is not __proto__', object, '22 01 01 12 5f 5f 70 72 6f 74 6f 5f 5f 41'],
    ['a moved key is not deleted again', object, '22 02 21 01 01 02 61 21'],
    ['changes of keys are for an object', array, '22 02 22 00 00'],
    ['edits are for an array', object, '22 02 23 00 00'],
    ['a change of a table is for a map', object, '24 00'],
    ['the end of edits has no count', array, '22 02 23 04 00'],
    ['an edit has a count', array, edits('01 00 00')],
    ['one element is changed at once', array, edits('0b 00 41 00')],
    ['an element is not deleted', array, edits('07 00 21 00')],
    ['elements are taken that are there', array, edits('05 06 00')],
    ['elements are taken that are there: none before the first', array, edits('05 01 00')],
    ['elements that change are there', array, '28 16 01 03 49'],
    ['an element that changes is not deleted', array, '28 16 01 00 21'],
    ['elements change in an array', object, '28 16 00'],
    ['elements that go at an end are there', array, '28 1b 41 42 43 44'],
    ['elements that go at the other end are there', array, '28 1f 41 42 43 44'],
    ['elements go and come in an array', object, '28 18 41'],
    ['a text begins with no more than there was', text, '28 25 04 00'],
    ['what begins like a text was one', array, '28 25 00 00'],
    ['a mask has a bit', object, '27 00'],
    ['a mask has a bit: no keys', '13 00', '27'],
    ['a mask has no bit for no key', object, '27 05 47 48'],
    ['a mask is for 16 keys at most', wide, '27 01 00 00 47'],
    ['a mask is for an object', array, '28 27 01 47'],
    ['a key with a tag is there', object, '2a 47'],
    ['a key with a tag is that of an object', array, '28 28 47'],
    ['e0 is no tag of a change', array, '28 e0 00'],
    ['26 is no tag of a change', text, '28 26 00 00'],
    ['the end that changes is there', array, '28 e1 04 47'],
    ['elements go that are there', array, '28 e4 00'],
    ['elements go that are there: three', array, '28 ec 02'],
    ['elements are put into an array', object, '28 e1 00 47'],
    ['an element that is put in is no change', array, '28 e1 00 20'],
    ['an element with a tag is there', array, '28 f3 47'],
    ['an element with a tag is not deleted', array, '28 f0 21'],
    ['an element with a tag is that of an array', object, '28 f0 47'],
    ['twice as many elements are taken as there are', array, edits('0d 00 0d 05 05 05 00')],
  ],
  Tables: [
    ['there are five sections', undefined, '15 20'],
    ['a shape has fields', undefined, '15 01 01 00 00'],
    [
      'a shape has at most 30 fields',
      undefined,
      `15 01 01 00 1f ${range(31, (field) => `04 66 ${hex(0x41 + field)}`)}`,
    ],
    ['a shape has no field twice', undefined, '15 01 01 00 02 02 61 02 61'],
    ['no field is __proto__', undefined, '15 01 01 00 01 12 5f 5f 70 72 6f 74 6f 5f 5f'],
    ['a shape has a number up to 255', undefined, '15 01 01 ff 01 01 02 61'],
    ['a shape has a number up to 255: after another one', undefined, '15 01 02 fe 01 01 02 61 00 01 02 62'],
    ['a shape is told again with its fields', map, '24 01 01 00 04 02 78 02 79 02 6e 02 63'],
    ['a shape is told again with its fields: all of them', map, '24 01 01 00 03 02 78 02 79 02 6e'],
    ['a shape is told again with its fields: no more', map, '24 01 01 00 05 02 78 02 79 02 6e 02 62 02 63'],
    ['a shape is told again with its fields: in order', map, '24 01 01 00 04 02 79 02 78 02 6e 02 62'],
    ['a group has a shape that is told', map, '24 05 01 02 01 02 7a 01 02 06 00 08 01 0a 01 41'],
    ['a row that goes is there', map, '24 02 06 00 08'],
    ['a group has a shape', undefined, '15 04 01 01 06 00 01 01 02 13 00'],
    ['two rows have two ids', undefined, '15 04 01 00 06 00 03 01 02 00 13 00 13 00'],
    ['two rows have two ids: 0 and -0', undefined, '15 04 01 00 06 00 03 02 40 03 00 00 00 00 00 00 00 80 13 00 13 00'],
    ['a changed row is there', map, '24 08 01 01 06 00 08 00'],
    ['a changed row has the shape', map, '24 08 01 00 06 00 01 22 00'],
    ['no two groups of changed rows have one shape', map, '24 08 02 01 06 00 01 00 01 06 00 02 00'],
    ['no row changes that is added', loose, '24 0c 01 00 06 00 01 01 02 13 00 01 00 06 00 01 20'],
    ['a row is named once: added and changed', map, `24 0c ${addedAt0} 01 01 07 01 00 01 41`],
    ['a row is named once: added and changed by its rank', map, `24 1c ${addedAt0} 01 01 07 01 00 01 41`],
    ['a row is an object', loose, '24 08 01 00 06 00 01 41'],
    ['a row is not deleted by a change', loose, '24 08 01 00 06 00 01 21'],
    ['the first row of a group has no template', loose, '24 04 01 00 06 00 01 01 02 14 47'],
  ],
  Ranks: [
    ['ranks name removed or changed rows', map, '24 10'],
    ['ranks name removed or changed rows: not shapes', map, '24 11 01 01 01 02 7a'],
    ['ranks name removed or changed rows: not new ones', map, `24 14 ${addedAt0}`],
    ['ranks are those of rows of a base', undefined, '15 1a 07 01 01 07 01 00 01 41'],
    ['a row that goes has a rank', map, '24 12 23'],
    ['a row that changes has a rank', map, '24 18 01 01 23 01 00 01 41'],
    ['a rank is that of the base', map, '24 1a 07 01 01 07 01 00 01 41'],
  ],
  Sets: [
    ['a set holds a number: form 3', map, '24 02 03'],
    ['form 3 is below 2^19', undefined, '15 04 01 00 83 80 80 01 01 02 13 00'],
    ['a place is one of the group: form 3', map, columns('01 23 01 41')],
    ['a set holds a number: form 0', map, '24 02 00'],
    ['a set holds a number: form 1', map, '24 02 01'],
    ['a set holds a number: form 2', map, '24 02 06 00 00'],
    ['a set rises', map, '24 02 08 40 02 01'],
    ['slots go to 2^21 - 1', undefined, '15 04 01 00 04 40 80 80 80 02 01 00 13 00'],
  ],
  Ids: [
    ['ids have a form', undefined, '15 04 01 00 06 00 01 03 02 13 00'],
    ['an id is finite', undefined, '15 04 01 00 06 00 01 02 03 00 00 00 00 00 00 f0 7f 13 00'],
    ['an id is a text or a number', undefined, '15 04 01 00 06 00 01 02 02 13 00'],
    ['a text as an id has tag 10', undefined, '15 04 01 00 06 00 01 02 81 61 13 00'],
  ],
  Columns: [
    ['a column has a form', map, columns('00 08')],
    ['a field is there', map, columns('08 01 41')],
    ['no field comes twice', map, columns('00 01 41 00 01 42', '02')],
    ['places are those of the group', map, columns('01 06 00 08 01 41')],
    ['a field of a shape is not deleted', map, columns('00 00 21 41 41')],
    ['only a boolean has an opposite', map, columns('00 03')],
    ['new rows have no opposite', undefined, newRow('03')],
    ['a step is above 0', map, columns('00 04 40 00 00 02')],
    ['a step is a number', map, columns('00 04 81 61 00 00 02')],
    ['a step is finite', map, columns('00 04 03 00 00 00 00 00 00 f0 7f 00 00 02')],
    ['changed rows are not compared with the row before', map, columns('00 04 09 02 01 00 02')],
    ['new rows are not compared with a base', undefined, newRow('04 41 02 00 02')],
    ['floats are not compared with the base alone', map, columns('00 05 02 00 07')],
    ['a forecast goes by another field', map, columns('00 04 09 02 03 00 45 00 02')],
    ['bits for no row are 0', map, columns('06 02 0f')],
    ['bits for no row are 0: floats', map, columns('00 05 03 01 45 00 0f')],
    ['forecasts go to 4', map, columns('00 04 09 02 05 01 45 00 02')],
    ['a forecast goes by a field', map, columns('00 04 09 02 03 04 45 00 02')],
    ['a forecast goes by numbers', map, columns('00 04 09 02 03 02 45 00 02')],
    ['a factor is finite', map, columns('00 04 09 02 03 01 03 00 00 00 00 00 00 f0 7f 00 02')],
    ['steps are counted from a number', map, columns('04 04 09 02 02 00 02')],
    ['there are at most 2^50 steps', map, columns('00 04 41 00 00 82 80 80 80 80 80 80 04')],
    ['floats have two widths', map, columns('00 05 00 02')],
    ['a text begins with no more than there is', map, columns('04 06 03 00 00 00 00 00')],
    ['there are at most 32 values to choose from', map, columns(`00 07 21 ${'41 '.repeat(33)} 00 00`)],
    ['a value that is chosen is there', map, columns('00 07 01 41 00 02')],
  ],
  Integers: [
    ['integers have a form: 3f', map, columns('00 04 41 00 3f 00')],
    ['integers have a form: 42', map, columns('00 04 41 00 42 00')],
    ['integers have a form: 5f', map, columns('00 04 41 00 5f 00')],
    ['integers have a form: 7f', map, columns('00 04 41 00 7f 00')],
    ['the last byte is filled up with zeros: packed', map, columns('00 04 41 00 02 00 c0')],
    ['the last byte is filled up with zeros: Rice', map, columns('00 04 41 00 20 f0')],
    ['the last byte is filled up with zeros: Rice without sign', map, columns('00 04 41 00 60 f0')],
    ['no 0 is among the integers that are not 0', map, columns('00 04 41 00 41 01 00 02 00 00')],
    ['sparse integers are not sparse within', map, columns('00 04 41 00 41 01 41 00 00 02')],
    ['no more integers are not 0 than there are', map, columns('00 04 41 00 41 04 00 00 00 02')],
    ['integers lie among those that there are', map, columns('00 04 41 00 41 01 00 06 00 02')],
    ['zeros before an integer are not negative', map, columns('00 04 41 00 41 01 00 01 00 02')],
  ],
}

function range(count: number, write: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => write(index)).join(' ')
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

describe.each(Object.entries(deltas))('%s', (_, table) => {
  test.each(table)('what breaks the rule is refused: %s', (_rule, base, delta) => {
    const held = base === undefined ? undefined : decodeDelta(fromHex(base))
    const ours = base === undefined ? undefined : applyDelta(undefined, fromHex(base))
    expect(() => decodeDelta(fromHex(delta), held)).toThrow(Refused)
    expect(() => applyDelta(ours, fromHex(delta))).toThrow(GameStateError)
  })
})

const hello = '01 54 79 47 61 06 00 01 02 03 04 05 06 07 08 00 00 00 00 00 40 8f 40 08 2f 74 61 67 00 00'
const rejoin = `${hello.replace('61 06 00', '61 06 04').replace(/00 00$/, '')}06 61 64 61 04 aa bb cc dd 00 00`

test.each([
  ['a packet has a message', 'client', ''],
  ['the kind exists', 'client', '0c'],
  ['the flag exists', 'client', '1a 01 00'],
  ['the side may send it', 'client', '05 01 01 c0'],
  ['the side may send it', 'server', '06'],
  ['the side may send it', 'client', '18 02 01 0b 00 00'],
  ['there is one in a packet', 'client', '0a 01 00 0a 01 00'],
  ['a refusal is alone', 'server', '03 00 00 09 00'],
  ['a hello is alone', 'client', `${hello} 09 00`],
  ['a hello has its magic', 'client', hello.replace('61 06 00', '62 06 00')],
  ['a hello has the parts that there are', 'client', hello.replace('61 06 00', '61 06 05')],
  ['a client that rejoins has received nothing', 'client', rejoin.replace(/00 00$/, '05 00')],
  ['a clock is finite', 'client', hello.replace('40 8f 40', '00 f0 7f')],
  ['a base is below its version', 'server', '15 01 00 00'],
  ['a base is no less than 0', 'server', '15 01 02 00'],
  ['the first event has a sequence', 'client', '07 01'],
  ['a sequence is at least 1', 'client', '17 00 01'],
  ['a sequence is at most 2^50', 'client', '17 81 80 80 80 80 80 80 02 01'],
  ['a sequence that is counted on is at most 2^50', 'client', '17 80 80 80 80 80 80 80 02 01 07 01'],
  ['a client says what it saw beside a tick', 'client', '97 01 01 01'],
  ['an origin is at least 1', 'server', '97 01 00 00 01'],
  ['an origin is at most 2^50', 'server', '97 01 81 80 80 80 80 80 80 02 00 01'],
  ['a name is in the table', 'client', '17 01 03'],
  ['a name has at most 128 units', 'client', `17 01 00 82 02 ${'61 '.repeat(129)}`],
  ['a payload has a byte', 'client', '57 01 01 00'],
  ['a floor is at least 1', 'client', '0a 00 00'],
  ['resolved is at least 1', 'client', '0a 01 01'],
  ['an ack begins with a sequence', 'client', '18 00 01'],
  ['an ack does not begin with a skip', 'client', '28 02 00 01'],
  ['an ack does not end with a skip', 'client', '28 02 01 00'],
  ['neighbouring runs are of different types', 'client', '28 02 01 01'],
  ['fewer than 16 runs are counted in the flags', 'client', `08 0f 02 ${'01 02 '.repeat(7)} 01`],
  ['an outcome is even or 1', 'client', '18 02 03 03 00 00'],
  ['an outcome is not 0', 'client', '18 02 03 00'],
  ['there are at most 2048 events in a packet', 'client', `17 01 01 ${'07 01 '.repeat(2048)}`],
] as const)('a packet that breaks the rule is refused: %s', (_, from, packet) => {
  const decoder = new PacketDecoder(from, false)
  if (from === 'client') decoder.decode(fromHex(hello))
  decoder.names = ['move', 'shout']
  expect(() => decoder.decode(fromHex(packet))).toThrow(Refused)
})

test.each([
  ['the first packet is a hello', [], '09 00'],
  ['a hello is not said again', [hello], hello],
  ['a hello has at most 16 KiB', [], `${hello.slice(0, -2)} e2 7f ${'00 '.repeat(16354)}`],
])('on a reliable transport a packet that breaks the rule is refused: %s', (_, before, packet) => {
  const decoder = new PacketDecoder('client', true)
  for (const one of before) decoder.decode(fromHex(one))
  expect(() => decoder.decode(fromHex(packet))).toThrow(Refused)
})
