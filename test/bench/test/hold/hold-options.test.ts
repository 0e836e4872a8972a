import { describe, expect, it } from 'vitest'
import { parseHoldOptions } from '../../src/hold/hold-options.js'

describe('the options of the benchmark of holds', () => {
  it('are windows of ten seconds against this checkout where nothing is said', () => {
    const { effort, isOther, root, parts } = parseHoldOptions([])
    expect(effort.seconds).toBe(10)
    expect(isOther).toBe(false)
    expect(root).toMatch(/\/$/)
    expect(parts).toContain('heap')
  })

  it('take the server of another checkout, a part and a seed', () => {
    const options = parseHoldOptions([
      '--quick',
      '--server',
      '/elsewhere',
      '--part',
      'heap',
      '--seed',
      '7',
      '--json',
      'a',
    ])
    expect(options).toMatchObject({ root: '/elsewhere', isOther: true, parts: ['heap'], seed: 7, json: 'a' })
    expect(options.effort.seconds).toBe(2)
  })

  it.each([
    ['a page about some kinds', ['--write', '--only', 'floor'], /--only/],
    ['a page about the worst kinds alone', ['--write', '--quick'], /--quick/],
    ['a part that there is not', ['--part', 'speed'], /--part/],
    ['no time at all', ['--seconds', '0'], /from 1 to 60/],
    ['an unknown option', ['--slow'], /--slow/],
  ])('are refused where they ask for %s', (_, args, message) => {
    expect(() => parseHoldOptions(args)).toThrow(message)
  })
})
