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

  it('are views where all is measured, only views where these are asked for, and none where scenes are named', () => {
    expect(parseOptions([]).viewEffort).toBeDefined()
    expect(parseOptions(['--views', '--write'])).toMatchObject({ scenes: [], write: true })
    expect(parseOptions(['--views', '--quick']).viewEffort?.ticksPerRound).toBeLessThan(
      parseOptions(['--views']).viewEffort!.ticksPerRound,
    )
    expect(parseOptions(['--scene', 'text']).viewEffort).toBeUndefined()
  })

  it.each([
    ['a scene that there is not', ['--scene', 'nowhere'], /no scene "nowhere"/],
    ['a page about some of the scenes', ['--scene', 'text', '--write'], /all scenes/],
    ['views of a scene', ['--views', '--scene', 'text'], /--scene/],
    ['rows of scenes without scenes', ['--views', '--json', 'rows.json'], /--json/],
    ['what nobody knows', ['--slow'], /--slow/],
  ])('are refused where they ask for %s', (_, args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })
})
