import type { AnyGame } from '@tygase/gamestate'
import * as gamestate from '@tygase/gamestate'
import { definePlay, type Play } from './play.js'
import { portableMath } from './portable-math.js'
import * as schemas from './schemas.js'

/** The two files of a game, compiled: rules, and how they are drawn and played. Each is the body of a CommonJS module. */
export interface GameCode {
  readonly game: string
  readonly play: string
}

/** A game that is ready to be played. */
export interface LoadedGame {
  readonly game: AnyGame
  readonly play: Play<AnyGame>
}

/** The code of a game cannot be used. The message is for its author. */
export class CodeError extends Error {}

/** Makes a function of the text of a function. In a page that forbids `eval`, a script does it. */
export type Evaluate = (functionText: string) => unknown

type ModuleFunction = (
  require: (name: string) => unknown,
  exports: Record<string, unknown>,
  ...shadows: unknown[]
) => void

/** What a browser has and a run may not depend on. `undefined` takes its place. */
const hidden = ['performance', 'setTimeout', 'setInterval', 'queueMicrotask', 'fetch', 'crypto', 'navigator', 'process']

/** In place of `Date`. */
function NoDate(): never {
  throw new Error('Date differs from run to run: use ctx.time in rules, and view.seconds in draw')
}
NoDate.now = NoDate

const packages: Readonly<Record<string, unknown>> = {
  '@tygase/gamestate': gamestate,
  '@tygase/playground': { definePlay },
  'zod/mini': schemas,
}

/**
 * Runs the two files of a game.
 * @throws CodeError with a sentence for the author; whatever the files throw
 */
export function loadGame(code: GameCode, evaluate: Evaluate): LoadedGame {
  const rules = runModule('game.ts', code.game, evaluate, packages)
  const own = { ...packages, './game': rules, './game.js': rules }
  const found = Object.values(runModule('play.ts', code.play, evaluate, own)).filter(isPlay)
  const [play] = found
  if (play === undefined || found.length > 1) {
    throw new CodeError('play.ts exports one play: export const play = definePlay(game, { … })')
  }
  return { game: play.game, play }
}

/** The text of the function that a file becomes. Names of the browser are parameters that nothing is given for. */
function functionText(body: string): string {
  return `(function (require, exports, Math, Date, ${hidden.join(', ')}) { "use strict";\n${body}\n})`
}

function runModule(
  file: string,
  body: string,
  evaluate: Evaluate,
  available: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const exports: Record<string, unknown> = {}
  const require = (name: string): unknown => {
    if (Object.hasOwn(available, name)) return available[name]
    const names = Object.keys(available).filter((known) => known !== './game.js')
    throw new CodeError(`${file} imports '${name}'. There is ${names.join(', ')}.`)
  }
  const run = evaluate(functionText(body)) as ModuleFunction
  run(require, exports, portableMath, NoDate)
  return exports
}

function isPlay(value: unknown): value is Play<AnyGame> & { readonly game: AnyGame } {
  if (typeof value !== 'object' || value === null) return false
  const { game, size, draw } = value as Partial<Play<AnyGame> & { game: AnyGame }>
  const isGame = typeof game === 'object' && game !== null && typeof game.initialState === 'function'
  const isSize = Array.isArray(size) && size.length === 2 && size.every((length) => length >= 1 && length <= 4000)
  return isGame && isSize && typeof draw === 'function'
}
