import { describe, expect, test } from 'vitest'
import { type ArrayStage, arrayScenes, runArrays } from '../src/reliability/arrays/array-script.js'
import { openTygaseArrays } from '../src/reliability/arrays/tygase-arrays.js'

describe('the comparison of arrays', () => {
  test.each(arrayScenes)('finds our clients to have what the server has: $name', (scene) => {
    for (let seed = 0; seed < 20; seed++) {
      expect(runArrays(scene, openTygaseArrays, seed)).toEqual({ liveDiffersAt: undefined, joinerDiffersAt: undefined })
    }
  })

  test('finds a client that misses a change, and one that cannot read it', () => {
    const late = (): ArrayStage => {
      const stage = openTygaseArrays()
      let before: unknown = []
      return {
        ...stage,
        tick(work) {
          before = stage.atServer()
          stage.tick(work)
        },
        atLiveClient: () => before,
      }
    }
    const broken = (): ArrayStage => ({
      ...openTygaseArrays(),
      tick() {
        throw new Error('no such index')
      },
    })
    expect(runArrays(arrayScenes[2]!, late, 1).liveDiffersAt).toBeLessThan(5)
    expect(runArrays(arrayScenes[2]!, broken, 1).liveDiffersAt).toBe(0)
  })
})
