import typescript from 'typescript-6'
import { describe, expect, it } from 'vitest'
import { readDeclarations } from '../../src/build/declarations.js'
import { Checker } from '../../src/code/checker.js'
import { compile } from '../../src/code/compile.js'
import { loadGame } from '../../src/run/game-code.js'
import { evaluate, exampleNames, examples } from '../../src/testing/hands.js'

const checker = new Checker(typescript, readDeclarations())
const tag = examples.tag!.sources

const mistakesOf = (game: string, play = tag.play) =>
  checker.check({ game, play }).map(({ file, from, text }) => `${file}:${from} ${text}`)

describe('the checker', () => {
  it.each(exampleNames)('finds no mistake in the example %s', (name) => {
    const { game, play } = examples[name]!.sources
    expect(mistakesOf(game, play)).toEqual([])
  })

  it('knows the types of the library: a row has the fields of its interface', () => {
    const game = tag.game.replace('disc.x +', 'disc.z +')
    expect(mistakesOf(game)).toEqual([expect.stringMatching(/^game:\d+ Property 'z' does not exist on type 'Disc'/)])
  })

  it('knows the rules in the other file: an event has the data of its schema', () => {
    const play = tag.play.replace("player.hold('steer', { dx, dy })", "player.hold('steer', { dx, dy: 'up' })")
    expect(mistakesOf(tag.game, play)).toEqual([
      expect.stringMatching(/^play:\d+ Type 'string' is not assignable to type 'number'/),
    ])
  })

  it('says where a text is no TypeScript', () => {
    expect(mistakesOf(`${tag.game}\nconst = 3`)[0]).toMatch(/^game:\d+ .*expected/)
  })

  it('refuses what differs from run to run, and not its name in a comment or a text', () => {
    const chance = mistakesOf(`${tag.game}\nexport const luck = Math.random()`)
    expect(chance).toEqual([expect.stringContaining('use ctx.random()')])
    expect(mistakesOf(`${tag.game}\nexport const now = new Date().getTime()`)).toEqual([
      expect.stringContaining('ctx.time'),
    ])
    expect(mistakesOf(`${tag.game}\n// Math.random and Date\nexport const words = 'Math.random Date'`)).toEqual([])
  })

  it('has no DOM, no timers and no network', () => {
    for (const name of ['document', 'setTimeout', 'fetch', 'localStorage', 'performance']) {
      expect(mistakesOf(`${tag.game}\nexport const x = ${name}`)).toEqual([expect.stringContaining(`name '${name}'`)])
    }
  })
})

describe('compiled code', () => {
  const run = (game: string): Record<string, unknown> => {
    const compiled = compile(typescript, { game, play: tag.play })
    if (!('code' in compiled)) throw new Error(compiled.mistakes[0]?.text)
    const exports: Record<string, unknown> = {}
    const body = evaluate(`(function (exports, Math) {${compiled.code.game}\n})`) as (
      exports: object,
      math: object,
    ) => void
    body(exports, { pow: (a: number, b: number) => `${a} to the ${b}` })
    return exports
  }

  it('calls Math.pow for the operator of powers', () => {
    expect(run('export const a = 2 ** 3 ** 2')).toEqual({ a: '2 to the 3 to the 2' })
    expect(run('export const o = { n: 5 }; o.n **= 2')).toEqual({ o: { n: '5 to the 2' } })
  })

  it('leaves an assignment whose left side does something', () => {
    expect(run('let i = 0; export const list = [2, 3]; list[i++] **= 2')).toEqual({ list: [4, 3] })
  })

  it('is none if the text is no TypeScript', () => {
    const compiled = compile(typescript, { game: 'const = 1', play: '' })
    expect(compiled).toMatchObject({ mistakes: [{ file: 'game', from: 6 }, { file: 'game' }] })
  })

  it('may import what there is, and is told what that is', () => {
    const load = (game: string, play: string) => {
      const compiled = compile(typescript, { game, play })
      return 'code' in compiled ? loadGame(compiled.code, evaluate) : undefined
    }
    expect(() => load("import fs from 'fs'\nexport const x = fs", tag.play)).toThrow(
      "game.ts imports 'fs'. There is @tygase/gamestate, @tygase/playground, zod/mini.",
    )
    expect(() => load(tag.game, 'export const play = 1')).toThrow('play.ts exports one play')
  })

  it('has no clock, no chance and no way out', () => {
    const { code } = examples.tag!
    for (const [text, message] of [
      ['Date.now()', 'ctx.time'],
      ['new Date()', 'ctx.time'],
      ['Math.random()', 'ctx.random()'],
      ['fetch("x")', 'not a function'],
      ['setTimeout(() => {})', 'not a function'],
    ] as const) {
      expect(() => loadGame({ ...code, game: `${text};\n${code.game}` }, evaluate)).toThrow(message)
    }
  })
})
