import { EntityMap, GameStateStore } from '@tygase/gamestate'
import { digestOf } from '@tygase/gamestate/internal/digest'
import { expect, test } from 'vitest'
import { answerDigest } from '../src/questions-part.js'

const { state } = new GameStateStore<object>({
  turn: 3,
  words: ['a', 'b'],
  bytes: new Uint8Array(20_000),
  rows: new EntityMap(Array.from({ length: 200 }, (_, id) => [`r${id}`, { x: id }])),
})
const replica = { store: { at: (version: number) => (version === 7 ? state : undefined) } }

test('a version that is kept is answered with its digest, and another one not at all', () => {
  expect(answerDigest(7, replica)).toBe(digestOf(state))
  expect(answerDigest(6, replica)).toBeUndefined()
  expect(answerDigest(7, { store: undefined })).toBeUndefined()
})

test.each<[string, unknown[], unknown]>([
  ['a short value', ['turn'], { value: 3 }],
  ['short parts', ['words'], { value: ['a', 'b'] }],
  ['a row', ['rows', 'r5'], { value: { x: 5 } }],
  ['a part that is not there', ['rows', 'nobody'], {}],
  ['a key of all objects', ['toString'], {}],
  ['what is too long', ['bytes'], {}],
])('%s of the version that was asked about is answered', (_, path, answer) => {
  answerDigest(7, replica)
  expect(answerDigest([7, path, 0], replica)).toEqual(answer)
})

test('many parts are answered by their digests, some at a time, also when the version is not kept any more', () => {
  const own = { store: { at: () => state } as (typeof replica)['store'] | undefined }
  answerDigest(7, own)
  own.store = undefined
  const first = answerDigest([7, ['rows'], 0], own) as { count: number; parts: unknown[] }
  const second = answerDigest([7, ['rows'], 128], own) as typeof first
  expect([first.count, first.parts.length, second.parts.length]).toEqual([200, 128, 72])
  expect(second.parts[71]).toEqual(['r199', digestOf({ x: 199 })])
  expect(answerDigest([6, [], 0], own)).toBeUndefined()
})
