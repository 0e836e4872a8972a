import { describe, expect, it } from 'vitest'
import { problemText, shownProblem } from '../src/problem.js'

const root = '/games/park'

describe('a problem as it is shown', () => {
  it('has the lines of a stack that are of the game, with paths as people know them', () => {
    const stack = [
      'TypeError: no luck',
      `    at timeStep (${root}/src/game.ts:7:3)`,
      `    at run (${root}/node_modules/@tygase/gamestate/dist/make-tick.js:99:3)`,
      '    at node:internal/timers:5:1',
    ]
    const error = Object.assign(new TypeError('no luck'), { stack: stack.join('\n') })
    const shown = shownProblem({ title: 'The rule timeStep fails.', sentences: [], error, reset: 'rooms' }, root)
    expect(shown.detail).toBe('TypeError: no luck\n    at timeStep (src/game.ts:7:3)')
    expect(shown.mayReset).toBe(true)
  })

  it('has the place and the frame of code that cannot be read, without the colours of a terminal', () => {
    const loc = { file: `${root}/src/game.ts`, line: 3, column: 9 }
    const error = Object.assign(new Error('\u001b[31mUnexpected token\u001b[0m'), { frame: '3 | const = 1', loc })
    const shown = shownProblem({ title: 'No.', sentences: [], error }, root)
    expect(shown).toMatchObject({ detail: 'Unexpected token\nsrc/game.ts:3:9\n3 | const = 1', mayReset: false })
  })

  it.each([
    [{ title: 'No.', sentences: [] }, 'No.'],
    [{ title: 'No.', sentences: ['a is missing', 'b is missing'] }, 'No.\n  a is missing\n  b is missing'],
    [{ title: 'No.', sentences: [], error: 'just text' }, 'No.\njust text'],
  ])('is a text for the terminal: %j', (problem, text) => {
    expect(problemText(shownProblem(problem, root))).toBe(text)
  })
})
