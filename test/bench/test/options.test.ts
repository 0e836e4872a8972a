import { describe, expect, it } from 'vitest'
import { parseOptions } from '../src/options.js'
import { scenes } from '../src/scenes/scenes.js'

describe('the options', () => {
  it('are all scenes where none is named, else those that are', () => {
    expect(parseOptions([]).scenes).toEqual(scenes)
    expect(parseOptions(['--scene', 'text', '--scene', 'log']).scenes.map(({ name }) => name)).toEqual(['text', 'log'])
  })

  it('have at least five rounds that count, quick or not, and fewer ticks when quick', () => {
    const whole = parseOptions([]).effort
    const quick = parseOptions(['--quick']).effort
    expect(Math.min(whole.rounds, quick.rounds)).toBeGreaterThanOrEqual(5)
    expect(quick.tickShare).toBeLessThan(whole.tickShare)
  })

  it.each([
    ['a scene that there is not', ['--scene', 'nowhere'], /no scene "nowhere"/],
    ['a page about some of the scenes', ['--scene', 'text', '--write'], /all scenes/],
    ['what nobody knows', ['--slow'], /--slow/],
  ])('are refused where they ask for %s', (_, args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })
})
