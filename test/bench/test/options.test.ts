import { describe, expect, it } from 'vitest'
import { parseOptions } from '../src/options.js'
import { scenes } from '../src/scenes/scenes.js'

describe('the options', () => {
  it('are all scenes where none is named, else those that are', () => {
    expect(parseOptions([]).scenes).toEqual(scenes)
    expect(parseOptions(['--scene', 'text', '--scene', 'log']).scenes.map(({ name }) => name)).toEqual(['text', 'log'])
  })

  it('let ours and the peer play in three fresh processes and nine rounds at least, quick or not', () => {
    for (const { effort } of [parseOptions([]), parseOptions(['--quick'])]) {
      expect(effort.processes).toBeGreaterThanOrEqual(3)
      expect(effort.processes * effort.rounds).toBeGreaterThanOrEqual(9)
    }
  })

  it('take less time when quick', () => {
    const lengthOf = ({ effort }: ReturnType<typeof parseOptions>) =>
      effort.processes * (effort.warmUpMs + effort.rounds * effort.roundMs)
    expect(lengthOf(parseOptions(['--quick']))).toBeLessThan(lengthOf(parseOptions([])) / 2)
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
    ['a scene in browsers', ['--firefox', '--scene', 'swarm'], /--firefox/],
    ['a profile of views', ['--profile', '--views'], /--profile/],
    ['what nobody knows', ['--slow'], /--slow/],
  ])('are refused where they ask for %s', (_, args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })
})
