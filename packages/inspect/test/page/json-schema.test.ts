import { expect, test } from 'vitest'
import {
  choicesOf,
  fieldKind,
  firstValue,
  type JsonSchema,
  limitsOf,
  readSchema,
} from '../../page/src/parts/json-schema.js'

const fields: [what: string, schema: JsonSchema, kind: ReturnType<typeof fieldKind>, first: unknown, limits: string][] =
  [
    ['a text', { type: 'string', maxLength: 24 }, 'text', '', 'at most 24 letters'],
    ['a number', { type: 'number' }, 'number', 0, ''],
    ['a number with limits', { type: 'number', minimum: 3, maximum: 7 }, 'number', 3, '3 to 7'],
    ['a number below zero', { type: 'number', maximum: -2 }, 'number', -2, 'at most -2'],
    [
      'a whole number of any size',
      { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
      'integer',
      0,
      '',
    ],
    ['a switch', { type: 'boolean' }, 'boolean', false, ''],
    ['a choice', { type: 'string', enum: ['red', 'blue'] }, 'choice', 'red', ''],
    ['a choice of constants', { anyOf: [{ const: 1 }, { const: 'two' }] }, 'choice', 1, ''],
    ['a default', { type: 'number', default: 5 }, 'number', 5, ''],
    ['a list', { type: 'array', items: { type: 'number' } }, 'json', [], ''],
    ['one of two shapes', { anyOf: [{ type: 'string' }, { type: 'number' }] }, 'json', null, ''],
    ['anything', {}, 'json', null, ''],
  ]

test.each(fields)('%s has its field, its first value and its limits', (_, schema, kind, first, limits) => {
  expect([fieldKind(schema), firstValue(schema), limitsOf(schema)]).toEqual([kind, first, limits])
})

test('an object begins with what it needs, and leaves out what it may have', () => {
  const inner: JsonSchema = { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] }
  const schema: JsonSchema = {
    type: 'object',
    properties: { name: { type: 'string' }, at: inner, colour: { type: 'integer' } },
    required: ['name', 'at'],
  }
  expect(fieldKind(schema)).toBe('object')
  expect(firstValue(schema)).toEqual({ name: '', at: { x: 0 } })
  expect(choicesOf(schema)).toBeUndefined()
})

test('a text that is no schema is none', () => {
  expect(['', '{', 'null', '3'].map(readSchema)).toEqual([undefined, undefined, undefined, undefined])
  expect(readSchema('{"type":"string"}')).toEqual({ type: 'string' })
})
