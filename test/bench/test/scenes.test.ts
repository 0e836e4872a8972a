import { describe, expect, it } from 'vitest'
import { findDifference } from '../src/compare.js'
import { Match } from '../src/match.js'
import { idleSmall } from '../src/scenes/idle.js'
import { sceneNamed, scenes } from '../src/scenes/scenes.js'
import { beginScript, referenceState } from '../src/start.js'
import { colyseusSchemas } from '../src/systems/colyseus-schemas.js'
import { systems } from '../src/systems/systems.js'

const tickCount = 10
/** Their starts take seconds in some systems: a hundred thousand rows that come and go, or ten thousand that stay. */
const large = new Set(['aged', 'idle', 'sparse'])
const matches = scenes
  .filter((scene) => !large.has(scene.name))
  .flatMap((scene) => systems.map((system) => [scene.name, system.name, scene, system] as const))

describe.each(scenes.map((scene) => [scene.name, scene] as const))('the scene %s', (_, scene) => {
  it('gives the same states and the same number of changes whenever it is played', () => {
    expect(
      findDifference(referenceState(scene, tickCount), referenceState(scene, tickCount), undefined),
    ).toBeUndefined()
    const counts = () => {
      const script = beginScript(scene)
      script.initialState()
      return Array.from({ length: tickCount }, () => script.next().changes)
    }
    expect(counts()).toEqual(counts())
  })

  it('changes something where it says that it changes something', () => {
    const changes = findDifference(referenceState(scene, 0), referenceState(scene, tickCount), undefined)
    expect(changes !== undefined).toBe(scene.name !== 'idle')
  })

  it('has its types for Colyseus', () => {
    expect(Object.keys(colyseusSchemas)).toContain(scene.name)
  })
})

describe('a system', () => {
  it.each(matches)('plays %s as %s and has the same state at server and clients', (_, __, scene, system) => {
    const match = new Match(scene, system)
    const round = match.playRound(tickCount)
    expect(match.finish().difference).toBeUndefined()
    expect(round.ticks).toBe(tickCount)
    expect(round.bytes).toBeGreaterThan(0)
  })
})

describe('the names of scenes', () => {
  it('are different', () => {
    expect(new Set(scenes.map((scene) => scene.name)).size).toBe(scenes.length)
  })

  it('find their scene, that of the small idle one too', () => {
    for (const scene of [...scenes, idleSmall]) expect(sceneNamed(scene.name)).toBe(scene)
  })

  it('are listed to whoever asks for another one', () => {
    expect(() => sceneNamed('nowhere')).toThrow(/no scene "nowhere".*swarm, wander/)
  })
})
