import { describe, expect, it } from 'vitest'
import { calls } from '../src/browsers/page-program.js'
import { browserScenes, record } from '../src/browsers/recording.js'
import { findDifference } from '../src/compare.js'
import { browsersTable, writeBrowsersSection } from '../src/report/browsers-section.js'
import { sceneNamed } from '../src/scenes/scenes.js'

describe('a page', () => {
  it.each(['tygase', 'colyseus'])('comes to the state of the server by what was recorded: %s', (system) => {
    const { recording, state } = record('arena', system)
    calls.load(JSON.parse(JSON.stringify(recording)))
    expect(calls.play(1)).toBeGreaterThan(0)
    expect(findDifference(state, calls.state(), sceneNamed('arena').precision)).toBeUndefined()
  })

  it('plays scenes that there are', () => {
    expect(browserScenes.map((name) => sceneNamed(name).name)).toEqual(browserScenes)
  })
})

describe('the figures of browsers', () => {
  const ratio = { middle: 0.5, least: 0.4, most: 0.6, lower: 0.45, upper: 0.55 }
  const row = { browser: 'Firefox', scene: 'swarm', tygaseMs: 0.1, colyseusMs: 0.2, ratio }

  it('are a table with a line for each scene', () => {
    expect(browsersTable([row]).split('\n').at(-1)).toBe(
      '| `swarm` | Firefox | 100 | 200 | 0.500 (0.400–0.600; 0.450–0.550) |',
    )
  })

  it('stand in a section with the versions of the browsers and the load', () => {
    const section = writeBrowsersSection([row], ['firefox/140', 'Chrome/150'], [0.1, 0.7])
    expect(section).toMatch(/^## Browsers\n/)
    expect(section).toContain('Browsers: firefox/140, Chrome/150.')
    expect(section).toContain('load average 0.10 at the start, 0.70 at most')
  })
})
