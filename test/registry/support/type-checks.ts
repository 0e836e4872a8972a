import { join } from 'node:path'
import { root } from '../../architecture/repository.js'
import type { InstalledGame } from './installed-game.js'

/** Type-checks the game with what is installed in it. @returns what the compiler says, nothing if all is well */
type TypeCheck = (game: InstalledGame) => Promise<string>

const strict = ['--strict', '--noEmit', '--exactOptionalPropertyTypes', '--target', 'es2023', '--types', 'node']
const library = ['--lib', 'es2023,dom,dom.iterable']
const bundler = ['--module', 'esnext', '--moduleResolution', 'bundler']
const node16 = ['--module', 'node16', '--moduleResolution', 'node16']
const nodenext = ['--module', 'nodenext', '--moduleResolution', 'nodenext']
const node10 = ['--module', 'esnext', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0']

const check =
  (compiler: string, flags: readonly string[]): TypeCheck =>
  (game) =>
    game.run(process.execPath, [
      join(root, 'node_modules', compiler, 'bin/tsc'),
      ...strict,
      ...library,
      ...flags,
      'typed.ts',
    ])

/** Each takes a second or two. The compiler written in Go knows no old resolution. */
export const quickTypeChecks: Readonly<Record<string, TypeCheck>> = {
  'TypeScript 7 with the resolution bundler': check('typescript', bundler),
  'TypeScript 7 with the resolution node16': check('typescript', node16),
}

/** For the matrix: each takes many seconds. */
export const furtherTypeChecks: Readonly<Record<string, TypeCheck>> = {
  'TypeScript 6 with the resolution node10': check('typescript-6', node10),
  'TypeScript 6 with the resolution bundler': check('typescript-6', bundler),
  'TypeScript 6 with the resolution nodenext': check('typescript-6', nodenext),
}
