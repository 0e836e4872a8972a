import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import typescript from 'typescript-6'
import { compile } from '../code/compile.js'
import type { GameCode } from '../run/game-code.js'
import type { Sources } from '../share/shared-run.js'

const folder = join(import.meta.dirname, '../examples')

type Examples = Readonly<Record<string, { readonly sources: Sources; readonly code: GameCode }>>

let examples: Examples | undefined

/**
 * The examples by name, compiled once.
 * @throws Error if a source is no TypeScript
 */
export function readExamples(): Examples {
  examples ??= compileExamples()
  return examples
}

function compileExamples(): Examples {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readExample(name)]),
  )
}

function readExample(name: string): { sources: Sources; code: GameCode } {
  const textOf = (file: string): string => readFileSync(join(folder, name, `${file}.ts`), 'utf8')
  const sources = { game: textOf('game'), play: textOf('play') }
  const compiled = compile(typescript, sources)
  if ('code' in compiled) return { sources, code: compiled.code }
  const [first] = compiled.mistakes
  throw new Error(`the example ${name}: ${first?.file}.ts: ${first?.text}`)
}
