import { type AnyGame, defineGame } from '@tygase/gamestate'
import { EvaluatedModules } from 'vite/module-runner'
import { describe, expect, it } from 'vitest'
import { RulesGraph } from '../src/rules-graph.js'

const newGame = (): AnyGame => defineGame({ initialState: () => ({ n: 0 }) })

/** A server that imports the rules of two games, each with a helper, and a helper of its own. */
function graphOf() {
  const modules = new EvaluatedModules()
  const node = (name: string, exports: object, importers: string[]) => {
    const made = modules.ensureModule(`/src/${name}.ts`, `/src/${name}.ts`)
    made.exports = exports
    for (const importer of importers) made.importers.add(`/src/${importer}.ts`)
    return made
  }
  node('server', { server: {} }, [])
  node('hooks', {}, ['server'])
  const arena = node('arena', { arena: newGame(), size: 5 }, ['server', 'duel'])
  const duel = node('duel', { duel: newGame() }, ['server'])
  node('moves', {}, ['arena'])
  node('words', {}, ['hooks', 'duel'])
  const graph = new RulesGraph(modules, '/src/server.ts')
  graph.begin()
  return { graph, modules, arena, duel }
}

describe('a changed file', () => {
  it.each([
    ['rules', 'duel', false, ['duel']],
    ['rules that other rules import', 'arena', false, ['arena', 'duel']],
    ['a helper of rules', 'moves', false, ['moves', 'arena', 'duel']],
    ['a helper of the server', 'hooks', true, ['hooks', 'server']],
    ['a helper of both', 'words', true, ['words', 'hooks', 'server', 'duel']],
    ['the server', 'server', true, ['server']],
    ['a file of the page', 'page', false, []],
  ])('that is %s: what is loaded anew', (_, name, isServer, stale) => {
    const { graph } = graphOf()
    const affected = graph.affectedBy([`/src/${name}.ts`])
    const files = affected.stale.map(({ file }) => file)
    expect([affected.isServer, files]).toEqual([isServer, stale.map((each) => `/src/${each}.ts`)])
  })
})

describe('games that have been loaded anew', () => {
  it('take the place of those of the same export, once they have been taken', () => {
    const { graph, arena } = graphOf()
    const before = arena.exports.arena
    const refused = newGame()
    arena.exports = { arena: refused, size: 6 }
    const seen: unknown[][] = []
    graph.update((...pair) => {
      seen.push(pair)
      return false
    })
    const next = newGame()
    arena.exports = { arena: next }
    graph.update((...pair) => seen.push(pair) > 0)
    graph.update((...pair) => seen.push(pair) > 0)
    expect(seen).toEqual([
      [before, refused],
      [before, next],
    ])
  })

  it('stay known while their module cannot be loaded', () => {
    const { graph, modules, duel } = graphOf()
    const before = duel.exports.duel
    modules.invalidateModule(duel)
    expect(graph.affectedBy(['/src/duel.ts']).isServer).toBe(false)
    graph.update(() => expect.unreachable())
    const next = newGame()
    duel.exports = { duel: next }
    const seen: unknown[][] = []
    graph.update((...pair) => seen.push(pair) > 0)
    expect(seen).toEqual([[before, next]])
  })
})
