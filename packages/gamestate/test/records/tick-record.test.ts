import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TickInput } from '../../src/index.js'
import { type TickRecord, TickRecordReader, TickRecordWriter } from '../../src/internal.js'
import { refusal } from '../support/refusals.js'

const client = (id: string, more: object = {}) =>
  Object.freeze({ id, userId: undefined, name: undefined, isHost: false, data: undefined, ...more })
const ann = client('ann00000', { userId: 'u1', name: 'Ann', isHost: true, data: Object.freeze({ color: 'red' }) })
const bob = client('bob00000')

const value = fc.oneof(
  fc.constantFrom(undefined, null, true, -0, Number.NaN, Number.NEGATIVE_INFINITY, 0.1, 1e300, 'text', '\ud800'),
  // many of one shape
  fc.record(
    {
      x: fc.oneof(
        fc.integer({ min: -4000, max: 4000 }).map((n) => n / 1000),
        fc.double(),
        fc.maxSafeInteger(),
      ),
      fires: fc.boolean(),
      list: fc.constant(['a', null]),
    },
    { noNullPrototype: true },
  ),
  fc.record({ dx: fc.double(), list: fc.array(fc.integer()), bytes: fc.uint8Array() }, { noNullPrototype: true }),
)
const checked = fc
  .option(value, { nil: undefined })
  .map((made) => (made === undefined ? {} : { checked: { value: made } }))
const place = fc.oneof(
  fc.constant(-0),
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: -80, max: 40_000 }).map((eighths) => eighths / 8),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeNat(),
)
const sender = fc.constantFrom(ann, bob)
const optional = <Part>(part: fc.Arbitrary<Part>, name: string) =>
  fc.option(part, { nil: undefined }).map((made) => (made === undefined ? {} : { [name]: made }))
const event = fc
  .tuple(
    fc.constantFrom('steer', 'fire', 'long '.repeat(50)),
    value,
    optional(sender, 'client'),
    optional(fc.integer({ min: 1, max: 2 ** 40 }), 'sequence'),
    optional(place, 'tick'),
    optional(place, 'seen'),
    checked,
  )
  .map(([name, data, ...parts]) => Object.assign({ kind: 'event', name, data }, ...parts) as TickInput)
const join = fc.tuple(sender, checked).map(([who, more]): TickInput => ({ kind: 'join', client: who, ...more }))
const input = fc.oneof(
  { weight: 5, arbitrary: event },
  join,
  sender.map((who): TickInput => ({ kind: 'leave', client: who })),
)
const records = fc
  .array(fc.tuple(fc.constantFrom(1, 1, 1, 7), fc.boolean(), fc.array(input, { maxLength: 6 })), { maxLength: 8 })
  .map((made) => {
    let tick = 0
    return made.map(([by, timeStep, inputs]): TickRecord => {
      tick += by
      return { tick, timeStep, inputs }
    })
  })

describe('the record of a tick', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(records, (all) => {
        const writer = new TickRecordWriter()
        const reader = new TickRecordReader()
        for (const record of all) expect(reader.read(writer.write(record))).toStrictEqual(record)
      }),
    )
  })

  test('any other bytes are read as another record, or refused with a code', () => {
    fc.assert(
      fc.property(records, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }), (all, changes) => {
        const writer = new TickRecordWriter()
        const reader = new TickRecordReader()
        for (const record of all) {
          const bytes = writer.write(record)
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte
          const code = refusal(() => reader.read(bytes))
          if (code === 'not refused') continue
          expect(code).toMatch(/^(bytes_truncated|bytes_malformed|value_limit)/)
          break
        }
      }),
    )
  })

  const steer = (sequence: number, tick: number, data: unknown): TickInput => ({
    ...{ kind: 'event', name: 'steer', client: ann, data, sequence, tick },
    checked: { value: structuredClone(data) },
  })

  test.each([
    ['any fraction takes nine', [Math.PI, Math.E, Math.SQRT2, Math.LN2], 9],
    ['three decimals of a direction take two', [0.001, 0.123, -0.999, 0.5], 2],
    ['a small whole number takes one', [63, -64, 0, 5], 1],
  ])('an event like the last ones of its client takes two bytes beside its numbers: %s', (_, angles, bytes) => {
    const writer = new TickRecordWriter()
    const lengths = angles.map((angle, place) => {
      const input = steer(place + 1, 9 + place, { keys: 'wasd', angle, fires: place > 1 })
      return writer.write({ tick: 9 + place, timeStep: true, inputs: [input] }).length
    })
    // the head of the tick; head and stamp of the event; the truth value
    expect(lengths.at(-1)).toBe(1 + 2 + 1 + bytes)
  })

  test('a tick without inputs takes a byte', () => {
    const writer = new TickRecordWriter()
    expect(writer.write({ tick: 1, timeStep: true, inputs: [] })).toHaveLength(1)
  })

  test('what a schema has returned is kept, however little it differs', () => {
    for (const [data, value] of [
      [{ x: 0 }, { x: -0 }],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [{ a: [1] }, { a: { 0: 1 } }],
    ]) {
      const input = { ...steer(1, 1, data), checked: { value } } as TickInput
      const record = new TickRecordWriter().write({ tick: 1, timeStep: true, inputs: [input] })
      const [read] = new TickRecordReader().read(record).inputs
      const back = (read as { checked: { value: unknown } }).checked?.value
      expect(back).toStrictEqual(value)
      expect(Object.keys(back as object)).toEqual(Object.keys(value as object))
    }
  })
})
