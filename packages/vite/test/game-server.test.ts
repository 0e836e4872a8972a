import { type AnyGame, defineGame } from '@tygase/gamestate'
import { simulate } from '@tygase/testkit'
import { EvaluatedModules, type ModuleRunner } from 'vite/module-runner'
import { expect, it, onTestFinished } from 'vitest'
import { GameServer } from '../src/game-server.js'
import type { Problem } from '../src/problem.js'

const entry = '/src/server.ts'
const file = '/src/game.ts'

const gameOf = (state: object): AnyGame => defineGame({ initialState: () => ({ round: 1, ...state }) })

/** A server with one room, and a file of rules that can be saved. */
async function serverOf(game: AnyGame) {
  const simulation = await simulate({ game, clients: 1, seed: 1 })
  const { room } = simulation.server
  const server = { rooms: new Map([['only', room]]), running: false, run() {}, shutdown() {}, replaceGame() {} }
  const evaluatedModules = new EvaluatedModules()
  const module = evaluatedModules.ensureModule(file, file)
  evaluatedModules.ensureModule(entry, entry)
  module.importers.add(entry)
  let saved = game
  const load = async (url: string) => {
    if (url === entry) return { server }
    module.exports = { game: saved }
    return module.exports
  }
  await load(file)
  const problems: (Problem | undefined)[] = []
  const made = new GameServer({
    // reason: no more of it is used
    runner: { evaluatedModules, import: load } as unknown as ModuleRunner,
    entry,
    path: undefined,
    url: () => '',
    onProblem: (problem) => problems.push(problem),
    onRestart: () => {},
  })
  await made.start()
  onTestFinished(async () => {
    await made.stop()
    await simulation.end()
  })
  const save = async (next: AnyGame): Promise<readonly string[] | undefined> => {
    saved = next
    await made.change(file)
    return problems.at(-1)?.sentences
  }
  return { save, reset: () => made.reset(), problems }
}

it('a state that does not fit in its rules is a problem still when they are saved once more', async () => {
  const { save } = await serverOf(gameOf({}))
  expect(await save(gameOf({ lives: 3 }))).toEqual(['lives is missing'])
  expect(await save(gameOf({ lives: 3 }))).toEqual(['lives is missing'])
  expect(await save(gameOf({ lives: 3, extra: 1 }))).toEqual(['lives is missing', 'extra is missing'])
  expect(await save(gameOf({ extra: 1 }))).toEqual(['extra is missing'])
})

it('a state that fits again, in rules that are taken back, is none', async () => {
  const { save } = await serverOf(gameOf({}))
  expect(await save(gameOf({ lives: 3 }))).toEqual(['lives is missing'])
  expect(await save(gameOf({}))).toBeUndefined()
})

it('a game that has begun anew fits, and so it does when its rules are saved once more', async () => {
  const { save, reset, problems } = await serverOf(gameOf({}))
  expect(await save(gameOf({ lives: 3 }))).toEqual(['lives is missing'])
  await reset()
  expect(problems.at(-1)).toBeUndefined()
  expect(await save(gameOf({ lives: 3 }))).toBeUndefined()
})
