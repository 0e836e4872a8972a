import { describe, expect, it, test } from 'vitest'
import { mutantsOf } from './find-mutants.mjs'
import { withFault, withMarks } from './mutate-plugin.mjs'

const changesOf = (source: string) =>
  mutantsOf('a.ts', source).map((mutant) => `${mutant.what}: ${withFault(source, mutant)}`)

describe('the faults of a source', () => {
  it.each([
    ['x = a < b', ['< becomes <=: x = ((a) <= (b))']],
    ['x = !a', ['! is left out: x = ((a))']],
    ['n += a', ['+= becomes -=: ;(n -= (a))']],
    ['f(true)', ['the statement is left out: ;', 'true becomes false: f((false))']],
    ['x = a ?? b', ['?? becomes &&: x = ((a) && (b))']],
    ['n++', ['++ becomes --: ;(n--)']],
  ])('of %s', (source, expected) => {
    expect(changesOf(source)).toEqual(expect.arrayContaining(expected))
  })

  it('leave types, texts that are put together, and names of properties alone', () => {
    expect(changesOf("type A = 1 | true; interface B { c: false }; export const t = 'a' + b")).toEqual([])
    expect(changesOf('export const o = { 1: a }')).toEqual([])
  })

  it('leave a return alone that returns nothing', () => {
    expect(changesOf('function f() { return undefined }')).toEqual([])
    expect(changesOf('function f() { return a }')).toEqual(['returns nothing: function f() { return (undefined) }'])
  })

  it('change each condition both ways', () => {
    expect(changesOf('if (a) b')).toEqual([
      'the condition holds always: if ((true)) b',
      'the condition never holds: if ((false)) b',
    ])
  })
})

test('a fault at the begin of a statement does not go on with the line before', () => {
  const source = 'const a = b - 1\nn++\nif (a) n++'
  const own = mutantsOf('a.ts', source).map((mutant) => ({ mutant, number: 7 }))
  const [first, second] = own.filter(({ mutant }) => mutant.what === '++ becomes --')
  expect(withFault(source, first!.mutant)).toBe('const a = b - 1\n;(n--)\nif (a) n++')
  expect(withFault(source, second!.mutant)).toBe('const a = b - 1\nn++\nif (a) (n--)')
  expect(withMarks(source, [first!])).toBe('const a = b - 1\n;(globalThis.mutantHit?.(7),n++)\nif (a) n++')
})

describe('marks', () => {
  it.each([
    'if (a < b && !c) f(x + 1)',
    'const f = () => { return a ? n++ : -n }',
    'for (const a of b) { if (a) break }',
  ])('of all faults at once leave %s a program, and each is called with its number', (source) => {
    const here = mutantsOf('a.ts', source).map((mutant, number) => ({ mutant, number }))
    const marked = withMarks(source, here)
    for (const { number } of here) expect(marked).toContain(`mutantHit?.(${number})`)
    expect(() => new Function(`return; ${marked}`)).not.toThrow()
  })
})
