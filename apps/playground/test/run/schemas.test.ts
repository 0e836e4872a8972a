import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as zod from 'zod/mini'
import * as schemas from '../../src/run/schemas.js'

/** The names that both have. */
type Builder = typeof schemas & typeof zod
interface Result {
  readonly value?: unknown
  readonly issues?: readonly { readonly message: string; readonly path?: readonly unknown[] }[]
}
type Made = { readonly '~standard': { validate(value: unknown): unknown } }

/** A schema, made by the library that is given. */
type Recipe = (z: Builder) => Made

const keys = ['a', 'b', 'kind'] as const
const told = fc.constantFrom(undefined, 'is wrong')
const bounds = fc.integer({ min: 0, max: 3 })

const { recipe } = fc.letrec<{ recipe: Recipe; leaf: Recipe; made: Recipe }>((tie) => {
  const inner = tie('recipe')
  // reason: the types of parts that are drawn are known to neither library
  const list = fc.array(inner, { minLength: 1, maxLength: 3 }) as unknown as fc.Arbitrary<((z: Builder) => never)[]>
  const one = inner as unknown as fc.Arbitrary<(z: Builder) => never>
  const shape = fc.dictionary(fc.constantFrom(...keys), one)
  const shapeOf = (parts: Record<string, (z: Builder) => never>, z: Builder) =>
    Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, part(z)]))
  return {
    recipe: fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('made')),
    leaf: fc.oneof(
      told.map((text) => (z: Builder) => z.string(text)),
      told.map((text) => (z: Builder) => z.number(text)),
      fc.constant((z: Builder) => z.boolean()),
      fc.constant((z: Builder) => z.int()),
      fc.tuple(bounds, told).map(
        ([least, text]) =>
          (z: Builder) =>
            z.number().check(z.gte(least, text), z.lte(2)),
      ),
      bounds.map((most) => (z: Builder) => z.int().check(z.minimum(0), z.maximum(most))),
      fc.tuple(bounds, told).map(
        ([most, text]) =>
          (z: Builder) =>
            z.string().check(z.minLength(1), z.maxLength(most, text)),
      ),
      told.map((text) => (z: Builder) => z.string().check(z.regex(/^[a-c]+$/g, text))),
      fc.constantFrom<Recipe>(
        (z) => z.literal('x'),
        (z) => z.literal([1, null, true]),
        (z) => z.enum(['x', 'y']),
      ),
    ),
    made: fc.oneof(
      one.map((part) => (z: Builder) => z.array(part(z)) as Made),
      fc.tuple(one, bounds).map(
        ([part, most]) =>
          (z: Builder) =>
            z.array(part(z)).check(z.maxLength(most)) as Made,
      ),
      one.map((part) => (z: Builder) => z.nullable(part(z)) as Made),
      one.map((part) => (z: Builder) => z.optional(part(z)) as Made),
      list.map((parts) => (z: Builder) => z.union(parts.map((part) => part(z)) as never) as Made),
      list.map((parts) => (z: Builder) => z.tuple(parts.map((part) => part(z)) as never) as Made),
      shape.map((parts) => (z: Builder) => z.object(shapeOf(parts, z)) as Made),
      shape.map((parts) => (z: Builder) => z.strictObject(shapeOf(parts, z)) as Made),
      one.map((part) => (z: Builder) => z.record(z.string(), part(z)) as Made),
      one.map((part) => (z: Builder) => z.record(z.enum(['a', 'b']), part(z)) as Made),
      shape.map((parts) => (z: Builder) => {
        const [first, second] = ['x', 'y'].map((kind) => z.object({ ...shapeOf(parts, z), kind: z.literal(kind) }))
        return z.discriminatedUnion('kind', [first, second] as never) as Made
      }),
    ),
  }
})

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      '',
      'x',
      'abc',
      'abcdef',
      0,
      1,
      2.5,
      -1,
      Number.NaN,
      2 ** 60,
      1 / 0,
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys, 'more'), fc.oneof(tie('value'), fc.constantFrom('x', 'y'))),
  ),
}))

/** Whether a value passes, and what is left of it. */
function outcome(schema: Made, given: unknown): unknown {
  const { issues, value } = schema['~standard'].validate(given) as Result
  return issues === undefined ? { value } : 'refused'
}

/** The sentences about a value, each with its place. */
function sentences(schema: Made, given: unknown): string[] {
  const { issues = [] } = schema['~standard'].validate(given) as Result
  return issues.map(({ message, path = [] }) => `${path.join('.')}: ${message}`)
}

describe('the schemas of the playground', () => {
  // the large zod, which a test before may have loaded, gives both the words of a language
  const { localeError } = zod.config()
  beforeAll(() => void zod.config({ localeError: undefined }))
  afterAll(() => void zod.config({ localeError }))

  it('let through what zod/mini lets through, and leave the same of it', () => {
    fc.assert(
      fc.property(recipe, fc.array(value, { minLength: 20, maxLength: 20 }), (make, values) => {
        const [own, theirs] = [make(schemas as unknown as Builder), make(zod as unknown as Builder)]
        for (const given of values) expect(outcome(own, given)).toEqual(outcome(theirs, given))
      }),
      { numRuns: 400 },
    )
  })

  it.each<[Recipe, unknown]>([
    [(z) => z.string('a text, please'), 1],
    [(z) => z.object({ name: z.string().check(z.maxLength(3, 'too long')) }), { name: 'Anna' }],
    [(z) => z.object({ name: z.string(), at: z.object({ x: z.number() }) }), { at: { x: 'left' } }],
    [(z) => z.array(z.int()), [1, 2.5, 3, null]],
    [(z) => z.tuple([z.number(), z.number()]), [1, '2']],
    [(z) => z.union([z.string(), z.number()]), true],
    [(z) => z.record(z.string(), z.number()), { a: 1, b: 'two' }],
    [(z) => z.strictObject({ a: z.number() }), { a: 1, b: 2 }],
    [(z) => z.discriminatedUnion('kind', [z.object({ kind: z.literal('x') })]), { kind: 'y' }],
  ])('say the same as zod/mini of a wrong value: %#', (make, given) => {
    const own = sentences(make(schemas as unknown as Builder), given)
    expect(own).toEqual(sentences(make(zod as unknown as Builder), given))
    expect(own.length).toBeGreaterThan(0)
  })

  it('give back a value by `parse`, or throw', () => {
    const { object, string } = schemas
    expect(object({ name: string() }).parse({ name: 'Ann', more: 1 })).toEqual({ name: 'Ann' })
    expect(() => object({ name: string() }).parse({ name: 1 })).toThrow('name: Invalid input')
  })

  it('refuse a discriminated union whose objects do not say which they are', () => {
    const { discriminatedUnion, object, string } = schemas
    expect(() => discriminatedUnion('kind', [object({ kind: string() })])).toThrow("which 'kind' it has")
  })
})
