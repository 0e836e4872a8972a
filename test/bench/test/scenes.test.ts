import { describe, expect, it } from 'vitest'
import { often } from '../../support/effort.js'
import { findDifference } from '../src/compare.js'
import { Match } from '../src/match.js'
import { idleSmall } from '../src/scenes/idle.js'
import { sceneNamed, scenes } from '../src/scenes/scenes.js'
import { beginScript, referenceState } from '../src/start.js'
import { colyseusSchemas } from '../src/systems/colyseus-schemas.js'
import { makePlain, worldOfRecords } from '../src/systems/record-rows.js'
import type { System } from '../src/systems/system.js'
import { systems } from '../src/systems/systems.js'
import { tygase } from '../src/systems/tygase.js'

const tickCount = 10
/** Their starts take seconds in some systems: a hundred thousand rows that come and go, or ten thousand and more that stay. */
const large = new Set(['aged', 'idle', 'sparse', 'huge'])
const played = scenes.filter((scene) => !large.has(scene.name))
const allMatches = played.flatMap((scene) => systems.map((system) => [scene.name, system.name, scene, system] as const))
/** Each scene with our system, and each system with one scene. */
const fewMatches = allMatches.filter(([, , scene, system]) => system === tygase || scene.name === 'arena')
const matches = often(fewMatches, allMatches)

describe.each(often(played, [...scenes]).map((scene) => [scene.name, scene] as const))('the scene %s', (_, scene) => {
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
})

it.each(scenes.map(({ name }) => name))('the scene %s has its types for Colyseus', (name) => {
  expect(Object.keys(colyseusSchemas)).toContain(name)
})

describe('a system', () => {
  it.each(matches)('plays %s as %s and has the same state at server and clients', (_, __, scene, system) => {
    const match = new Match(scene, system)
    const round = match.playRound(tickCount)
    expect(match.finish().difference).toBeUndefined()
    expect(round.ticks).toBe(tickCount)
    expect(round.bytes).toBeGreaterThan(0)
    for (const ms of [round.serverCpuMs, round.clientCpuMs]) expect(ms).toBeGreaterThanOrEqual(0)
  })
})

describe('the clients of a match', () => {
  it.each([
    ['misses updates', { receive() {} }, /^client: rows\.p0\.x/],
    ['has a state of its own', { state: () => ({ rows: {} }) }, /^client: rows\.p0: .* became nothing/],
  ])('are all compared: it is found out where the last one %s', (_, wrong, difference) => {
    let joined = 0
    const system: System = {
      ...tygase,
      join: (scene, snapshot) => ({ ...tygase.join(scene, snapshot), ...(++joined === 3 ? wrong : {}) }),
    }
    const match = new Match({ ...sceneNamed('arena'), replicas: 3 }, system)
    match.playRound(tickCount)
    expect(match.finish().difference).toMatch(difference)
  })

  it('get the bytes of the tick that they are at, though the encoder has used its memory again', () => {
    const memory = new Uint8Array(1)
    let ticks = 0
    const system: System = {
      ...tygase,
      serve: () => ({
        step: () => {
          memory[0] = ++ticks
          return memory
        },
        snapshot: () => memory,
        state: () => ticks,
      }),
      join: () => ({ receive: ([first]) => void got.push(first!), state: () => ticks }),
    }
    const got: number[] = []
    new Match(idleSmall, system).playRound(3)
    expect(got).toEqual([1, 2, 3])
  })
})

describe('the events of a scene', () => {
  it('are what its ticks play, and touch every map', () => {
    const scene = sceneNamed('events')
    const script = beginScript(scene)
    const before = script.initialState() as Record<string, object>
    const first = structuredClone(before)
    const ticks = Array.from({ length: tickCount }, () => script.next())
    for (const tick of ticks) {
      expect(tick.events).toHaveLength(tick.changes)
      tick.play(worldOfRecords(before, scene), makePlain)
    }
    for (const name of scene.maps!) expect(before[name]).not.toEqual(first[name])
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
