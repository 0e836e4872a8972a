import { describe, expect, it } from 'vitest'
import { functionsOf, profileHere } from '../src/profile.js'
import { profilesTable } from '../src/report/profiles-section.js'

const root = new URL('../../../', import.meta.url).href
const node = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url } })

describe('a profile', () => {
  it('counts samples by function and source file, without idle time and without the script of the scene', () => {
    const functions = functionsOf({
      nodes: [
        node(1, '(root)'),
        node(2, 'writeRun', `${root}packages/gamestate/dist/codec/runs.js`),
        node(3, 'writeRun', `${root}packages/gamestate/dist/codec/runs.js`),
        node(4, '(garbage collector)'),
        node(5, '(idle)'),
        node(6, 'play', `${root}test/bench/dist/scenes/swarm.js`),
        node(7, '', `${root}packages/gamestate/dist/store.js`),
      ],
      samples: [1, 2, 3, 2, 4, 5, 6, 7, 7, 2, 2, 2, 2],
    })
    expect(functions).toEqual([
      { name: 'writeRun', file: 'packages/gamestate/src/codec/runs.ts', share: 0.7 },
      { name: '(anonymous)', file: 'packages/gamestate/src/store.ts', share: 0.2 },
      { name: '(garbage collector)', file: undefined, share: 0.1 },
    ])
  })

  it('finds the functions of the library in a scene that is played', () => {
    const { scene, functions } = profileHere('arena', { warmUpMs: 50, ms: 200 })
    expect(scene).toBe('arena')
    const files = functions.map(({ file }) => file ?? '')
    expect(files.some((file) => file.startsWith('packages/gamestate/src/'))).toBe(true)
    expect(functions.map(({ share }) => share)).toEqual(functions.map(({ share }) => share).toSorted((a, b) => b - a))
  })

  it('is a line for each scene', () => {
    const functions = [
      { name: 'writeRun', file: 'packages/gamestate/src/codec/runs.ts', share: 0.704 },
      { name: '(garbage collector)', file: undefined, share: 0.1 },
    ]
    expect(
      profilesTable([{ scene: 'swarm', functions }])
        .split('\n')
        .at(-1),
    ).toBe('| `swarm` | 70 % `writeRun`, 10 % `(garbage collector)` |')
  })
})
